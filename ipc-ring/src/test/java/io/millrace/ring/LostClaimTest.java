package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A claim that nobody commits and that no producer has on record any more: this library leaves none
 * (but with a stack that is exhausted in the very worst place), other clients may.
 */
class LostClaimTest {
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024).name("lost-claim").maxProducers(4);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[2000]);
  private final List<Integer> seen = new ArrayList<>();

  /** A client that does as it likes, in the slot of a producer that lives and does nothing else. */
  private static final class Careless {
    private final ProducerClaim claim;
    private final RecordWriter writer;

    Careless(Ring ring, int index) {
      claim = new ProducerClaim(ring.core.memory, producer -> true, index);
      writer = new RecordWriter(ring.core.memory);
    }

    /** Claims, and forgets it. */
    void lose(int length) {
      assertTrue(claim.take(length) >= 0);
    }

    void write(UnsafeBuffer source, int type) {
      writer.write(claim.take(ALIGNMENT), type, source, 0, 40);
    }
  }

  private static GroupOptions group(String kind) {
    return RingChild.options("its", kind).startingAtOldest();
  }

  private void awaitDelivered(Consumer consumer, int count) {
    Eventually.await(
        "delivered",
        RingProcess.SOON,
        () -> {
          consumer.poll((type, buffer, offset, length) -> seen.add(type), 10);
          return seen.size() >= count;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s"})
  void aHoleOfTheLivingThatNobodyHasOnRecordIsPassed(String kind) {
    for (boolean single : new boolean[] {false, true}) {
      seen.clear();
      try (Ring ring = Ring.create(single ? OPTIONS.forSingleProducer() : OPTIONS);
          Consumer consumer = ring.addConsumer(group(kind));
          Producer living = ring.addProducer()) {
        assertTrue(living.offer(1, message, 0, 40) > 0);
        Careless careless = new Careless(ring, 0);
        careless.lose(2 * ALIGNMENT);
        careless.write(message, 1);
        careless.lose(3 * ALIGNMENT);
        careless.lose(ALIGNMENT);
        careless.write(message, 2);
        awaitDelivered(consumer, 3);
        assertEquals(List.of(1, 1, 2), seen);
        assertEquals(9 * ALIGNMENT, consumer.position());
        // Two in a row may be one padding, or two.
        assertTrue(ring.counters().groups().get(0).recoveries() >= 2);
      }
    }
  }

  /** What is behind it may be committed, announced, or nothing yet. */
  @ParameterizedTest
  @ValueSource(strings = {"", "s"})
  void aHoleEndsBeforeTheClaimOfSomebodyWhoLives(String kind) {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer consumer = ring.addConsumer(group(kind));
        Producer losing = ring.addProducer();
        Producer living = ring.addProducer()) {
      assertTrue(losing.offer(1, message, 0, 40) > 0);
      Careless careless = new Careless(ring, 0);
      careless.lose(3 * ALIGNMENT);
      int index = living.tryClaim(2, 100);
      careless.write(message, 3);
      awaitDelivered(consumer, 1);
      Eventually.await(
          "at the living one's claim",
          RingProcess.SOON,
          () -> {
            consumer.poll((type, buffer, offset, length) -> seen.add(type), 10);
            return consumer.position() == 4 * ALIGNMENT;
          });
      for (int i = 0; i < 10_000; i++) {
        assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 1));
      }
      living.commit(index);
      awaitDelivered(consumer, 3);
      assertEquals(List.of(1, 2, 3), seen);
      // Nothing is behind the last one: it is the last claim of the living, and waited for.
      careless.lose(ALIGNMENT);
      for (int i = 0; i < 10_000; i++) {
        assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 1));
      }
      new ProducerClaim(ring.core.memory, producer -> true, 0).retract();
      Eventually.await(
          "at the tail",
          RingProcess.SOON,
          () -> {
            consumer.poll((type, buffer, offset, length) -> {}, 1);
            return consumer.position() == ring.counters().position();
          });
    }
  }

  /** What it has on record is what it claimed last, and that is committed. */
  @ParameterizedTest
  @ValueSource(strings = {"", "s"})
  void aHoleBehindTheLastRecordOfSomebodyWhoLivesIsPassed(String kind) {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer consumer = ring.addConsumer(group(kind));
        Producer losing = ring.addProducer();
        Producer living = ring.addProducer()) {
      assertTrue(losing.offer(1, message, 0, 40) > 0);
      assertTrue(living.offer(2, message, 0, 40) > 0);
      Careless careless = new Careless(ring, 0);
      careless.lose(2 * ALIGNMENT);
      careless.write(message, 3);
      awaitDelivered(consumer, 3);
      assertEquals(List.of(1, 2, 3), seen);
    }
  }

  /** It says no length, and its claim may be of any. */
  @ParameterizedTest
  @ValueSource(strings = {"", "s"})
  void anOpenClaimOfASingleProducerIsWaitedFor(String kind) {
    try (Ring ring = Ring.create(OPTIONS.forSingleProducer());
        Consumer consumer = ring.addConsumer(group(kind));
        Producer living = ring.addProducer()) {
      assertTrue(living.offer(1, message, 0, 40) > 0);
      int index = living.tryClaim(2, 1000);
      awaitDelivered(consumer, 1);
      for (int i = 0; i < 10_000; i++) {
        assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 1));
      }
      assertEquals(ALIGNMENT, consumer.position());
      living.commit(index);
      awaitDelivered(consumer, 2);
      assertEquals(List.of(1, 2), seen);
    }
  }

  /** Together they are longer than a claim may be, and a padding no longer than a claim. */
  @Test
  void aLongHoleIsPassedInPieces() {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer consumer = ring.addConsumer(group(""));
        Producer losing = ring.addProducer()) {
      losing.abort(losing.tryClaim(1, 40));
      assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 1));
      Careless careless = new Careless(ring, 0);
      for (int i = 0; i < 31; i++) {
        careless.lose(32 * ALIGNMENT);
      }
      careless.write(message, 5);
      awaitDelivered(consumer, 1);
      assertEquals(List.of(5), seen);
      assertTrue(ring.counters().groups().get(0).recoveries() >= 2);
    }
  }

  /** Also the next owner of the place, who settles what the last one left, swallows nothing. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSingleProducersHoleNeverReachesPastACommittedRecord(boolean successor) {
    try (Ring ring = Ring.create(OPTIONS.forSingleProducer())) {
      ring.addGroup(GroupOptions.named("its").retained());
      Producer first = ring.addProducer();
      assertTrue(first.offer(1, message, 0, 40) > 0);
      Careless careless = new Careless(ring, 0);
      careless.lose(2 * ALIGNMENT);
      careless.write(message, 2);
      // Its last claim: the first half is lost, the second half committed.
      long start = careless.claim.take(4 * ALIGNMENT);
      careless.writer.write(start + 2 * ALIGNMENT, 3, message, 0, 40);
      first.close();
      Producer next = successor ? ring.addProducer() : null;
      try (Consumer consumer = ring.addConsumer(GroupOptions.named("its").retained())) {
        awaitDelivered(consumer, 3);
        assertEquals(List.of(1, 2, 3), seen);
        Eventually.await(
            "at the tail",
            RingProcess.SOON,
            () -> {
              consumer.poll((type, buffer, offset, length) -> {}, 1);
              return consumer.position() == ring.counters().position();
            });
      }
      if (next != null) {
        next.close();
      }
    }
  }
}
