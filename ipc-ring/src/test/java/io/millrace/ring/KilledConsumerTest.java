package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer is killed after each step of taking, handling and taking over a record. */
class KilledConsumerTest {
  private static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  private static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("killed-consumer")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(6)
          .maxWaiters(5);

  /** The common pool may have one thread only. */
  private static final Executor THREAD = task -> new Thread(task).start();

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[40 * 1024]);

  @ParameterizedTest
  @CsvSource({
    "RECORD_HANDLED, 1, poll", "CURSOR_STORED, 1, poll",
    "RECORD_HANDLED, 3, poll", "CURSOR_STORED, 3, poll",
    "RECORD_HANDLED, 1, cpoll", "CURSOR_STORED, 1, cpoll",
    "RECORD_HANDLED, 3, cpoll", "CURSOR_STORED, 3, cpoll"
  })
  void anExclusiveGroupGoesOnWhereItsConsumerWasKilled(Steps.Step step, int times, String verb) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c alone r");
      offer(ring, 0, 4);
      child.runUpTo(step, times, verb + " c 10");
      List<Delivery> all = child.kill();
      assertEquals(times, all.size());
      try (Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE)) {
        survivors.awaitCaughtUp();
        List<Delivery> rest = survivors.journal("alone");
        all.addAll(rest);
        Survivors.assertComplete(all, 1, 4, true);
        assertTrue(rest.get(0).again(), "the first record may have been handled before");
        assertEquals(1, rest.stream().filter(Delivery::again).count());
        assertEquals(step == RECORD_HANDLED ? 5 : 4, all.size());
        finish(ring, survivors, 1);
      }
    }
  }

  /** The next consumers are killed while they join, or leave again before they poll. */
  @ParameterizedTest
  @ValueSource(strings = {"SLOT_FREED", "SLOT_LOCKED", "SLOT_SIGNED", "SLOT_ACTIVE", "leave"})
  void aRedeliveryIsMarkedEvenIfTheNextConsumerDidNotGetToIt(String end) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess next = RingProcess.joinedTo(ring)) {
      child.run("consumer c alone r");
      offer(ring, 0, 1);
      child.runUpTo(RECORD_HANDLED, 1, "poll c 10");
      List<Delivery> all = child.kill();
      if (end.equals("leave")) {
        next.run("consumer c alone r");
        next.run("leave c");
      } else {
        next.runUpTo(Steps.Step.valueOf(end), 1, "consumer c alone r");
        next.kill();
      }
      try (Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE)) {
        survivors.awaitCaughtUp();
        all.addAll(survivors.journal("alone"));
        assertEquals(List.of(new Delivery(1, 0, false), new Delivery(1, 0, true)), all);
        finish(ring, survivors, 1);
      }
    }
  }

  /** Step, how often, and whether the record in hand must come again. */
  @ParameterizedTest
  @CsvSource({
    "RECORD_SHOWN, 1, false", "CLAIM_CONFIRMED, 1, false", "CURSOR_MOVED, 1, true",
    "RECORD_HANDLED, 1, true", "RECORD_RELEASED, 1, false", "RECORD_SHOWN, 2, false",
    "CURSOR_MOVED, 2, true", "CURSOR_MOVED, 3, true", "RECORD_HANDLED, 3, true",
    "RECORD_RELEASED, 3, false"
  })
  void aSharedGroupLosesNothingOfItsKilledConsumer(Steps.Step step, int times, boolean again) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c together sr");
      offer(ring, 0, 4);
      List<Delivery> all = new ArrayList<>();
      // Somebody else claims first, so that there is a claim to confirm.
      try (Consumer first = ring.addConsumer(TOGETHER)) {
        first.poll((type, data, at, size) -> all.add(new Delivery(1, data.getInt(at), false)), 1);
      }
      child.runUpTo(step, times, "poll c 10");
      try (Survivors survivors =
          new Survivors(ring, Manner.BLOCKING).with(TOGETHER).with(TOGETHER)) {
        survivors.awaitCaughtUp();
        survivors.awaitAsleep();
        all.addAll(child.kill());
        awaitNoRecordInHand(ring);
        all.addAll(survivors.journal("together"));
        Survivors.assertComplete(all, 1, 4, false);
        assertEquals(again ? 1 : 0, all.stream().filter(Delivery::again).count());
        finish(ring, survivors, again ? 1 : 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ORPHAN_ADOPTED", "ORPHAN_HANDLED", "SLOT_EMPTIED", "SLOT_FREED"})
  void aKilledTakerOfAKilledConsumersRecordIsReplaced(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess taker = RingProcess.joinedTo(ring)) {
      child.run("consumer c together sr");
      taker.run("consumer c together sr");
      offer(ring, 0, 1);
      child.runUpTo(RECORD_HANDLED, 1, "poll c 1");
      taker.run("arm " + step + " 1");
      taker.send("await c 1");
      List<Delivery> all = child.kill();
      taker.awaitStop(step);
      try (Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(TOGETHER)) {
        survivors.awaitAsleep();
        all.addAll(taker.kill());
        awaitNoRecordInHand(ring);
        all.addAll(survivors.journal("together"));
        Survivors.assertComplete(all, 1, 1, false);
        assertEquals(step == ORPHAN_HANDLED ? 3 : 2, all.size());
        finish(ring, survivors, step == ORPHAN_HANDLED ? 2 : 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURSOR_STORED", "SIGNALLED", "SLEEPER_NOTIFIED"})
  void producersThatSleepGetTheRoomThatAKilledConsumerFreed(Steps.Step step) throws Exception {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Producer one = ring.addProducer()) {
      child.run("consumer c alone r");
      // Two records fill the ring; each waiting producer needs half of what is freed.
      assertTrue(one.offer(1, message, 0, 32 * 1024 - 64) > 0);
      assertTrue(one.offer(1, message, 0, 32 * 1024 - 64) > 0);
      var first = CompletableFuture.supplyAsync(() -> press(ring, 16 * 1024 - 64), THREAD);
      var second = CompletableFuture.supplyAsync(() -> press(ring, 16 * 1024 - 64), THREAD);
      SleepersTest.awaitSpaceSleepers(ring, 2);
      Signals.awaitSleepersInEpoll(ring.core.membership.pid, 2);
      child.runUpTo(step, 1, "poll c 1");
      child.kill();
      assertTrue(first.get(SOON.toSeconds(), TimeUnit.SECONDS) > 0);
      assertTrue(second.get(SOON.toSeconds(), TimeUnit.SECONDS) > 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"e", "se"})
  void anEphemeralGroupOfTheDeadHoldsNobodyBack(String kind) throws Exception {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Producer one = ring.addProducer()) {
      child.run("consumer c fleeting " + kind);
      while (one.offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      var first = CompletableFuture.supplyAsync(() -> press(ring, 1000), THREAD);
      var second = CompletableFuture.supplyAsync(() -> press(ring, 1000), THREAD);
      SleepersTest.awaitSpaceSleepers(ring, 2);
      child.kill();
      assertTrue(first.get(SOON.toSeconds(), TimeUnit.SECONDS) > 0);
      assertTrue(second.get(SOON.toSeconds(), TimeUnit.SECONDS) > 0);
      assertEquals(1, ring.counters().evictions());
      assertEquals(List.of(), ring.counters().groups());
    }
  }

  /** The producers go to sleep while the evictor has the membership; its end must reach them. */
  @ParameterizedTest
  @ValueSource(strings = {"EVICTION_BEGUN", "GROUP_REMOVED", "SLOT_FREED"})
  void aKilledEvictorIsReplaced(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess evictor = RingProcess.joinedTo(ring);
        RingProcess presser = RingProcess.joinedTo(ring)) {
      child.run("consumer c fleeting e");
      presser.run("producer q");
      int count = Integer.parseInt(presser.run("fill q 0 1000"));
      child.kill();
      evictor.runUpTo(step, 1, "evict 1024");
      presser.send("press q " + count + " 1000");
      if (step == EVICTION_BEGUN) {
        SleepersTest.awaitSpaceSleepers(ring, 1);
      }
      evictor.kill();
      presser.finish("press");
      assertEquals(List.of(), ring.counters().groups());
    }
  }

  @Test
  void aConsumerThatLeavesWithARecordInHandWakesItsGroup() {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING)) {
      Consumer consumer = ring.addConsumer(TOGETHER);
      offer(ring, 0, 1);
      consumer.controlledPoll(
          (type, buffer, offset, length, again) -> ControlledRecordHandler.Action.ABORT, 1);
      survivors.with(TOGETHER).awaitDeepAsleep();
      consumer.close();
      awaitNoRecordInHand(ring);
      assertEquals(List.of(new Delivery(1, 0, true)), survivors.journal("together"));
    }
  }

  private static long press(Ring ring, int length) {
    UnsafeBuffer source = new UnsafeBuffer(new byte[length]);
    try (Producer producer = ring.addProducer()) {
      return producer.offer(1, source, 0, length, WaitStrategy.blocking(), SOON.toNanos());
    }
  }

  private void offer(Ring ring, int from, int to) {
    try (Producer producer = ring.addProducer()) {
      for (int i = from; i < to; i++) {
        message.putInt(0, i);
        assertTrue(producer.offer(1, message, 0, 40) > 0);
      }
    }
  }

  private static void awaitNoRecordInHand(Ring ring) {
    io.millrace.testkit.Eventually.await(
        "no record is in a dead consumer's hand",
        SOON,
        () -> {
          for (ConsumerSlot slot : ring.core.memory.consumers) {
            boolean used = slot.state() != RingLayout.FREE;
            boolean dead = !ring.core.slots.isAlive(slot);
            boolean holds = slot.inHand() != RingLayout.NONE;
            if (used && (dead || holds)) {
              return false;
            }
          }
          return true;
        });
  }

  private static void finish(Ring ring, Survivors survivors, int redelivered) {
    survivors.produceCapacities(3);
    survivors.awaitCaughtUp();
    String group = ring.counters().groups().get(0).name();
    survivors.assertAllGotOwnRecords(group, group.equals("alone"));
    survivors.releaseProducer();
    int living = ring.counters().consumers().size();
    Slots.assertReusable(ring, 0, living, living);
    assertEquals(redelivered, ring.counters().groups().get(0).redeliveries());
  }
}
