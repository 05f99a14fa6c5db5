package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.Eventually;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process is killed after each step of joining and leaving. */
class KilledJoinerTest {
  private static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("killed-joiner")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(4)
          .maxWaiters(4);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);

  @ParameterizedTest
  @CsvSource({
    "SLOT_LOCKED, producer p",
    "SLOT_SIGNED, producer p",
    "SLOT_ACTIVE, producer p",
    "MEMBERS_COUNTED, producer p",
    "SLOT_LOCKED, consumer c new e",
    "GROUP_NAMED, consumer c new e",
    "GROUP_OPENING, consumer c new e",
    "GROUP_BOUND_RAISED, consumer c new eo",
    "GROUP_OPENING_COUNTED, consumer c new e",
    "GROUP_CURSOR_FINAL, consumer c new es",
    "GROUP_ACTIVE, consumer c new e",
    "SLOT_SIGNED, consumer c new es",
    "SLOT_ACTIVE, consumer c new e",
    "MEMBERS_COUNTED, consumer c new es",
    "GROUP_OPENING, consumer c new r",
    "GROUP_ACTIVE, consumer c new r",
    "SLOT_ACTIVE, consumer c new sr"
  })
  void aKilledJoinerLeavesNothingBehind(Steps.Step step, String command) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE);
        RingProcess producer = RingProcess.joinedTo(ring);
        RingProcess child = RingProcess.joinedTo(ring)) {
      producer.run("producer q");
      survivors.awaitAsleep();
      child.runUpTo(step, 1, command);
      // The producer goes on to the end, or fills the ring and sleeps while the joiner lives.
      producer.send("stream q 0 1000 200");
      Eventually.await("a capacity is full", SOON, () -> ring.counters().position() > 62 * 1024);
      child.kill();
      if (command.endsWith("r")) {
        ring.removeGroup("new");
      }
      producer.finish("stream");
      producer.run("retire q");
      survivors.awaitCaughtUp();
      Survivors.assertComplete(survivors.journal("alone"), 1, 200, true);
      Slots.assertReusable(ring, 0, 1, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SLOT_FREED, e",
    "GROUP_REMOVED, e",
    "MEMBERS_COUNTED, e",
    "SLOT_FREED, se",
    "SLOT_FREED, sr",
    "MEMBERS_COUNTED, r"
  })
  void aConsumerKilledWhileItLeavesHoldsNobodyBack(Steps.Step step, String kind) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c new " + kind);
      child.runUpTo(step, 1, "leave c");
      child.kill();
      if (kind.contains("r")) {
        assertTrue(ring.removeGroup("new"));
      }
      survivors.produceCapacities(3);
      survivors.awaitCaughtUp();
      survivors.assertAllGotOwnRecords("alone", true);
      survivors.releaseProducer();
      Slots.assertReusable(ring, 0, 1, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"INTENT_RETRACTED", "SLOT_FREED", "MEMBERS_COUNTED"})
  void aProducerKilledWhileItLeavesIsGone(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      child.run("offer p 0 40");
      child.runUpTo(step, 1, "retire p");
      child.kill();
      survivors.produceCapacities(2);
      survivors.awaitCaughtUp();
      Survivors.assertComplete(survivors.journal("alone"), 1, 1, true);
      survivors.releaseProducer();
      Slots.assertReusable(ring, 0, 1, 1);
    }
  }

  /**
   * Nobody holds the producer back while the group is opened, not even the cursor that the group is
   * shown with first.
   */
  @Test
  void aGroupThatIsOpenedSlowlyStartsWhereTheStreamIsByThen() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer()) {
      child.runUpTo(GROUP_NAMED, 1, "consumer c new e");
      for (int i = 0; i < 200; i++) {
        assertTrue(producer.offer(1, message, 0, 1000) > 0);
      }
      child.go();
      child.finish("consumer");
      message.putInt(0, 7);
      assertTrue(producer.offer(1, message, 0, 1000) > 0);
      assertEquals("1", child.run("poll c 10"));
      assertEquals(List.of(new Delivery(1, 7, false)), child.deliveries());
    }
  }

  /**
   * A producer is held up while it reads the cursors of all groups; meanwhile a group opens at the
   * oldest record, and the cursor that is still to be read moves on. What the new group has not
   * read must not be written over.
   */
  @Test
  void aGroupThatOpensWhileAProducerLooksAtAllGroupsLosesNothing() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Consumer old = ring.addConsumer(ALONE);
        Producer producer = ring.addProducer()) {
      child.run("producer p");
      int count = 0;
      message.putInt(0, count);
      while (producer.offer(1, message, 0, 1000) > 0) {
        message.putInt(0, ++count);
      }
      child.runUpTo(GROUP_BOUND_READ, 1, "offer p 1000 1000");
      try (Consumer fresh = ring.addConsumer(GroupOptions.named("fresh").startingAtOldest())) {
        assertEquals(count, old.poll((type, buffer, offset, length) -> {}, count));
        child.go();
        assertEquals(Integer.toString(Producer.BACK_PRESSURED), child.finish("offer"));
        int[] next = {0};
        fresh.poll(
            (type, buffer, offset, length) -> assertEquals(next[0]++, buffer.getInt(offset)),
            count + 1);
        assertEquals(count, next[0]);
      }
    }
  }
}
