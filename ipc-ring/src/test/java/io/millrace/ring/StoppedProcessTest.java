package io.millrace.ring;

import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.OpenDescriptors;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that lives is never robbed, however slow; and nobody depends on the creator. */
class StoppedProcessTest {
  private static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  private static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("stopped-process")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(6)
          .maxWaiters(5);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);

  @ParameterizedTest
  @EnumSource
  void aStoppedProducerInTheMiddleOfAClaimIsWaitedFor(Manner manner) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, manner).with(ALONE).with(TOGETHER);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      child.runUpTo(TAIL_MOVED, 1, "offer p 0 40");
      child.stop();
      survivors.produce(10);
      // A process that would rob it has had its chances: it looked often, and found the owner
      // alive.
      awaitLooks(ring);
      assertEquals(List.of(), survivors.journal("alone"));
      assertEquals(List.of(), survivors.journal("together"));
      child.resume();
      child.go();
      child.finish("offer");
      survivors.awaitCaughtUp();
      assertEquals(new Delivery(1, 0, false), survivors.journal("alone").get(0));
      Survivors.assertComplete(survivors.journal("together"), 1, 1, true);
      survivors.assertAllGotOwnRecords("alone", true);
      survivors.assertAllGotOwnRecords("together", true);
      assertEquals(0, ring.counters().groups().get(0).recoveries());
    }
  }

  /** A consumer of this thread looks as often as any survivor would in a while. */
  private static void awaitLooks(Ring ring) {
    try (Consumer looker = ring.addConsumer(GroupOptions.named("looker").startingAtOldest())) {
      long end = System.nanoTime() + 50_000_000;
      for (int looks = 0; looks < 10_000 || System.nanoTime() < end; looks++) {
        assertEquals(0, looker.poll((type, buffer, offset, length) -> {}, 1));
      }
    }
  }

  @Test
  void aStoppedConsumerKeepsItsRecordAndItsSpace() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer()) {
      child.run("consumer c together sr");
      assertTrue(producer.offer(1, message, 0, 1000) > 0);
      child.runUpTo(CURSOR_MOVED, 1, "poll c 1");
      child.stop();
      Consumer other = ring.addConsumer(TOGETHER);
      int more = 0;
      while (producer.offer(2, message, 0, 1000) > 0) {
        more++;
      }
      assertEquals(64 * 1024 / 1024 - 1, more);
      int[] types = new int[3];
      for (int polls = 0; polls < 10_000; polls++) {
        other.poll((type, buffer, offset, length) -> types[type]++, 10);
      }
      assertEquals(List.of(0, more), List.of(types[1], types[2]));
      // The record in hand keeps the whole capacity behind it.
      assertEquals(Producer.BACK_PRESSURED, producer.offer(2, message, 0, 1000));
      child.resume();
      child.go();
      child.finish("poll");
      assertEquals(List.of(new Delivery(1, 0, false)), child.deliveries());
      assertTrue(producer.offer(2, message, 0, 1000) > 0);
      assertEquals(0, ring.counters().groups().get(0).redeliveries());
      other.close();
    }
  }

  @Test
  void aStoppedExclusiveConsumerKeepsItsGroup() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c alone r");
      child.stop();
      assertThrows(GroupInUseException.class, () -> ring.addConsumer(ALONE));
      assertThrows(GroupInUseException.class, () -> ring.removeGroup("alone"));
      child.resume();
      child.kill();
      ring.addConsumer(ALONE).close();
    }
  }

  @Test
  void theRingOutlivesItsCreator() {
    RingProcess creator = RingProcess.start();
    int[] numbers =
        Arrays.stream(creator.run("create").split(" ")).mapToInt(Integer::parseInt).toArray();
    try (Ring ring = RingChild.join(creator.pid(), numbers);
        Survivors survivors =
            new Survivors(ring, Manner.BLOCKING).with(ALONE).with(TOGETHER).with(TOGETHER)) {
      creator.run("producer p");
      creator.run("offer p 0 40");
      creator.runUpTo(TAIL_MOVED, 1, "offer p 1 40");
      creator.kill();
      survivors.awaitCaughtUp();
      survivors.awaitAsleep();
      try (RingProcess late = RingProcess.joinedTo(ring)) {
        late.run("producer p");
        late.run("offer p 1 40");
        survivors.awaitCaughtUp();
        survivors.produceCapacities(2);
        survivors.awaitCaughtUp();
        Survivors.assertComplete(survivors.journal("alone"), 1, 2, true);
        Survivors.assertComplete(survivors.journal("together"), 1, 2, false);
        survivors.assertAllGotOwnRecords("alone", true);
        survivors.assertAllGotOwnRecords("together", false);
      }
    } finally {
      creator.close();
    }
  }

  @Test
  void handlesAndRingsInOneProcessAreIndependent() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Ring one = Ring.create(OPTIONS);
              Ring other = Ring.create(OPTIONS)) {
            Ring again = RingChild.join((int) ProcessHandle.current().pid(), one.descriptors());
            Producer first = one.addProducer();
            Producer second = again.addProducer();
            Producer third = other.addProducer();
            Consumer consumer = one.addConsumer(ALONE);
            assertThrows(GroupInUseException.class, () -> again.addConsumer(ALONE));
            Consumer elsewhere = other.addConsumer(ALONE);
            assertTrue(first.offer(1, message, 0, 8) > 0);
            assertTrue(second.offer(2, message, 0, 8) > 0);
            assertTrue(third.offer(3, message, 0, 8) > 0);
            int[] seen = new int[4];
            assertEquals(2, consumer.poll((type, buffer, offset, length) -> seen[type]++, 10));
            assertEquals(1, elsewhere.poll((type, buffer, offset, length) -> seen[type]++, 10));
            assertEquals("[0, 1, 1, 1]", Arrays.toString(seen));
            // A claim through one handle is settled through the other only when its owner is gone.
            int index = second.tryClaim(2, 8);
            assertTrue(first.offer(1, message, 0, 8) > 0);
            for (int polls = 0; polls < 1000; polls++) {
              assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 1));
            }
            second.commit(index);
            assertEquals(2, consumer.poll((type, buffer, offset, length) -> {}, 10));
            second.close();
            again.close();
            assertTrue(first.offer(1, message, 0, 8) > 0);
            assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
            for (RingHandle handle : new RingHandle[] {first, third, consumer, elsewhere}) {
              handle.close();
            }
          }
        });
  }
}
