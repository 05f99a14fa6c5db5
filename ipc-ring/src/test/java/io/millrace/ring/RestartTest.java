package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.testkit.Eventually;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The only consumer of a group is killed and started again, in all four kinds of groups. */
class RestartTest {
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("restart")
          .maxProducers(2)
          .maxGroups(2)
          .maxConsumers(3)
          .maxWaiters(2);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);

  @ParameterizedTest
  @ValueSource(strings = {"e", "se", "r", "sr"})
  void theNextConsumerGoesOnWhereTheKilledOneWas(String kind) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      killWithRecordInHand(ring, child, kind);
      try (Consumer next = ring.addConsumer(RingChild.options("g", kind))) {
        assertGoesOn(Deliveries.await(next, 3));
        assertEquals(0, ring.counters().evictions());
        assertEquals(1, ring.counters().groups().get(0).redeliveries());
      }
    }
  }

  /** Record 0 is handled, and not known to be; there are 1 and 2. */
  private static void killWithRecordInHand(Ring ring, RingProcess child, String kind) {
    child.run("consumer c g " + kind);
    Deliveries.offer(ring, 0, 3);
    child.runUpTo(RECORD_HANDLED, 1, "poll c 10");
    assertEquals(List.of(new Delivery(1, 0, false)), child.kill());
  }

  private static void assertGoesOn(List<Delivery> got) {
    Survivors.assertComplete(got, 1, 3, false);
    assertEquals(3, got.size());
    assertEquals(List.of(new Delivery(1, 0, true)), got.stream().filter(Delivery::again).toList());
  }

  /** Killed at each step: the group is as dead as before. */
  @ParameterizedTest
  @CsvSource({
    "SLOT_EMPTIED, e",
    "SLOT_FREED, e",
    "SLOT_LOCKED, e",
    "SLOT_SIGNED, e",
    "SLOT_ACTIVE, e",
    "GROUP_JOINED, e",
    "MEMBERS_COUNTED, e",
    "SLOT_LOCKED, se",
    "SLOT_SIGNED, se",
    "SLOT_ACTIVE, se",
    "GROUP_JOINED, se",
    "MEMBERS_COUNTED, se"
  })
  void aKilledSuccessorIsSucceeded(Steps.Step step, String kind) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess successor = RingProcess.joinedTo(ring)) {
      killWithRecordInHand(ring, child, kind);
      successor.runUpTo(step, 1, "consumer c g " + kind);
      successor.kill();
      try (Consumer next = ring.addConsumer(RingChild.options("g", kind))) {
        assertGoesOn(Deliveries.await(next, 3));
      }
      assertEquals(0, ring.counters().evictions());
      Slots.assertReusable(ring, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"e, se", "se, e", "e, r", "se, sr"})
  void aDeadGroupGivesItsNameToOneOfAnotherKind(String dead, String wanted) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      killWithRecordInHand(ring, child, dead);
      try (Consumer next = ring.addConsumer(RingChild.options("g", wanted))) {
        Deliveries.offer(ring, 3, 4);
        assertEquals(List.of(new Delivery(1, 3, false)), Deliveries.await(next, 1));
        assertEquals(1, ring.counters().evictions());
      }
    }
  }

  /** Other groups that come and go, and producers that have room, leave it alone. */
  @Test
  void aDeadGroupWaitsForItsSuccessorAsLongAsNobodyNeedsItsRoom() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer();
        RingProcess child = RingProcess.joinedTo(ring)) {
      Consumer slow = ring.addConsumer(GroupOptions.named("slow"));
      assertTrue(producer.offer(1, message, 0, 1000) > 0);
      child.run("consumer c g e");
      assertTrue(producer.offer(2, message, 0, 1000) > 0);
      child.kill();
      while (producer.offer(3, message, 0, 1000) > 0) {
        // Until it is full, because of the living.
      }
      for (int i = 0; i < 3; i++) {
        ring.core.groups.evictDeadNow(8 * 1024); // More than the dead one alone holds.
      }
      assertEquals(0, ring.counters().evictions());
      assertEquals(1, slow.poll((type, buffer, offset, length) -> {}, 1));
      assertTrue(producer.offer(3, message, 0, 1000) > 0);
      assertEquals(0, ring.counters().evictions());
      slow.poll((type, buffer, offset, length) -> {}, 1);
      // Now only the dead are in the way.
      Eventually.await("there is room", SOON, () -> producer.offer(3, message, 0, 1000) > 0);
      assertEquals(1, ring.counters().evictions());
      slow.close();
    }
  }

  /** It needs a place of its own, and takes that of the dead. */
  @Test
  void aDeadGroupGivesItsPlaceToAnother() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      killWithRecordInHand(ring, child, "e");
      try (Consumer one = ring.addConsumer(GroupOptions.named("one"))) {
        assertEquals(0, ring.counters().evictions());
        try (Consumer two = ring.addConsumer(GroupOptions.named("two"))) {
          assertEquals(1, ring.counters().evictions());
          Deliveries.offer(ring, 3, 4);
          assertEquals(1, Deliveries.await(one, 1).size());
          assertEquals(1, Deliveries.await(two, 1).size());
        }
      }
    }
  }
}
