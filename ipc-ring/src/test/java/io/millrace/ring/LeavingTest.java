package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.testkit.Eventually;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Leaving depends on nobody, also while another process is stopped with the membership lock. */
class LeavingTest {
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("leaving")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(4)
          .maxWaiters(4);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);

  /** A process that is stopped while it has the membership lock. */
  private static RingProcess stoppedHolder(Ring ring) {
    RingProcess holder = RingProcess.joinedTo(ring);
    holder.runUpTo(MEMBERSHIP_LOCKED, 1, "consumer d other r");
    holder.stop();
    return holder;
  }

  private static void letGoOn(RingProcess holder) {
    holder.resume();
    holder.go();
    holder.finish("consumer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"e", "se", "r", "sr"})
  void aConsumerLeavesThoughTheMembershipLockIsHeld(String kind) {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer()) {
      Consumer consumer = ring.addConsumer(RingChild.options("g", kind));
      assertTrue(producer.offer(1, message, 0, 1000) > 0);
      try (RingProcess holder = stoppedHolder(ring)) {
        consumer.close();
        assertEquals(List.of(), ring.counters().consumers());
        for (int i = 0; i < 200 && !kind.contains("r"); i++) {
          assertTrue(
              producer.offer(1, message, 0, 1000) > 0, "a group without anybody holds space");
        }
        letGoOn(holder);
        try (Consumer next = ring.addConsumer(RingChild.options("g", kind))) {
          List<Delivery> got = new ArrayList<>();
          Deliveries.poll(next, got, ControlledRecordHandler.Action.CONTINUE);
          assertEquals(kind.contains("r") ? List.of(new Delivery(1, 0, false)) : List.of(), got);
        }
        assertEquals(0, ring.counters().evictions());
      }
    }
  }

  @Test
  void aProducerLeavesThoughTheMembershipLockIsHeld() {
    try (Ring ring = Ring.create(OPTIONS)) {
      Producer producer = ring.addProducer();
      try (RingProcess holder = stoppedHolder(ring)) {
        producer.tryClaim(1, 8);
        producer.close();
        assertEquals(List.of(), ring.counters().producers());
        letGoOn(holder);
      }
    }
  }

  /** A sleeping producer gets the room of a group whose only consumer leaves. */
  @Test
  void whoLeavesWakesThoseWhoWaitForItsSpace() throws Exception {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer()) {
      Consumer consumer = ring.addConsumer(RingChild.options("g", "e"));
      while (producer.offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      CompletableFuture<Long> position = new CompletableFuture<>();
      new Thread(
              () -> {
                try (Producer sleeper = ring.addProducer()) {
                  position.complete(
                      sleeper.offer(1, message, 0, 1000, WaitStrategy.blocking(), SOON.toNanos()));
                }
              })
          .start();
      SleepersTest.awaitSpaceSleepers(ring, 1);
      try (RingProcess holder = stoppedHolder(ring)) {
        consumer.close();
        assertTrue(position.get(SOON.toSeconds(), TimeUnit.SECONDS) > 0);
        letGoOn(holder);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"r, false", "sr, false", "sr, true", "se, true"})
  void whatALeaverCouldNotHandleComesAgainMarked(String kind, boolean isSomebodyLeft) {
    try (Ring ring = Ring.create(OPTIONS)) {
      Consumer consumer = ring.addConsumer(RingChild.options("g", kind));
      Deliveries.offer(ring, 0, 1);
      assertEquals(List.of(new Delivery(1, 0, false)), Deliveries.refuse(consumer));
      Consumer other = isSomebodyLeft ? ring.addConsumer(RingChild.options("g", kind)) : null;
      try (RingProcess holder = stoppedHolder(ring)) {
        consumer.close();
        assertEquals(isSomebodyLeft ? 1 : 0, ring.counters().consumers().size());
        if (isSomebodyLeft) { // Members that are there need no lock either.
          assertEquals(List.of(new Delivery(1, 0, true)), Deliveries.await(other, 1));
          other.close();
        }
        letGoOn(holder);
        if (!isSomebodyLeft) {
          try (Consumer next = ring.addConsumer(RingChild.options("g", kind))) {
            assertEquals(List.of(new Delivery(1, 0, true)), Deliveries.await(next, 1));
          }
        }
        assertEquals(0, ring.counters().evictions());
      }
    }
  }

  /** The last one of an ephemeral group ends it, whatever it has in hand. */
  @Test
  void anEphemeralGroupEndsWithItsLastConsumerThoughThatHasARecordInHand() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer()) {
      Consumer first = ring.addConsumer(RingChild.options("g", "se"));
      Consumer last = ring.addConsumer(RingChild.options("g", "se"));
      Deliveries.offer(ring, 0, 2);
      Deliveries.refuse(first);
      Deliveries.refuse(last);
      try (RingProcess holder = stoppedHolder(ring)) {
        first.close();
        last.close();
        assertEquals(List.of(), ring.counters().groups());
        for (int i = 0; i < 200; i++) {
          assertTrue(producer.offer(1, message, 0, 1000) > 0, "the records in hand hold space");
        }
        letGoOn(holder);
      }
      assertEquals(0, ring.counters().evictions());
      Slots.assertReusable(ring, 1, 0, 0);
    }
  }

  /** Killed at any step, it has left or is dead; in an ephemeral group that is the same. */
  @ParameterizedTest
  @CsvSource({
    "SLOT_LEFT, e, 0",
    "GROUP_REMOVED, e, 0",
    "SLOT_EMPTIED, se, 0",
    "SLOT_FREED, e, 0",
    "MEMBERS_COUNTED, se, 0"
  })
  void whoIsKilledWhileItLeavesIsNoEviction(Steps.Step step, String kind, int evictions) {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer();
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c g " + kind);
      child.runUpTo(step, 1, "leave c");
      child.kill();
      Eventually.await(
          "a hundred records have room, more than a capacity",
          SOON,
          () -> {
            producer.offer(1, message, 0, 1000);
            return ring.counters().position() > 100 * 1024;
          });
      assertEquals(evictions, ring.counters().evictions());
      assertEquals(List.of(), ring.counters().groups());
      Slots.assertReusable(ring, 1, 0, 0);
    }
  }

  /** The last consumer of a group leaves while somebody joins: one of the two is told. */
  @Test
  void whoJoinsAGroupThatIsJustEndingIsInAGroup() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      Consumer last = ring.addConsumer(RingChild.options("g", "se"));
      child.runUpTo(SLOT_SIGNED, 1, "consumer c g se");
      last.close();
      child.go();
      child.finish("consumer");
      Deliveries.offer(ring, 0, 1);
      child.run("poll c 1");
      assertEquals(List.of(new Delivery(1, 0, false)), child.deliveries());
      assertEquals(1, ring.counters().groups().size());
    }
  }

  /** The other way round: the leaver has seen no other member when one becomes active. */
  @Test
  void whoJoinsWhileTheLastOneLeavesKeepsTheGroup() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess leaver = RingProcess.joinedTo(ring);
        RingProcess joiner = RingProcess.joinedTo(ring)) {
      leaver.run("consumer c g se");
      joiner.runUpTo(SLOT_SIGNED, 1, "consumer c g se");
      leaver.runUpTo(GROUP_FOUND_EMPTY, 1, "leave c");
      joiner.go();
      joiner.finish("consumer");
      leaver.go();
      leaver.finish("leave");
      assertEquals(1, ring.counters().groups().size(), "the group has ended under its member");
      Deliveries.offer(ring, 0, 1);
      joiner.run("poll c 1");
      assertEquals(List.of(new Delivery(1, 0, false)), joiner.deliveries());
    }
  }

  /** It waits as long as it says, uses no processor, keeps the interrupt and names the process. */
  @Test
  void whoJoinsIsToldWhichProcessIsInTheWayAlsoWhileItIsInterrupted() {
    var threads = ManagementFactory.getThreadMXBean();
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess holder = stoppedHolder(ring)) {
      long start = System.nanoTime();
      long used = threads.getCurrentThreadCpuTime();
      Thread.currentThread().interrupt();
      RingException refused;
      try {
        refused = assertThrows(RingException.class, ring::addProducer);
      } finally {
        assertTrue(Thread.interrupted(), "the interrupt was swallowed");
      }
      assertTrue(
          refused
              .getMessage()
              .startsWith("process " + holder.pid() + " has held the ring's membership lock"),
          refused.getMessage());
      long waited = System.nanoTime() - start;
      assertTrue(waited >= TimeUnit.SECONDS.toNanos(10), "gave up after " + waited + " ns");
      long share = 100 * (threads.getCurrentThreadCpuTime() - used) / waited;
      assertFalse(share > 50, "used " + share + " % of a processor");
      letGoOn(holder);
      ring.addProducer().close();
    }
  }
}
