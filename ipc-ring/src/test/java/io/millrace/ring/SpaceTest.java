package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.Steps.Step;
import io.millrace.testkit.Eventually;
import java.util.function.IntPredicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds producers back besides groups: claims of the living; and what looking for it costs.
 */
class SpaceTest {
  private static final int CAPACITY = 64 * 1024;
  private static final RingOptions OPTIONS =
      RingOptions.capacity(CAPACITY).name("space").maxProducers(4);

  private static final IntPredicate ALIVE = producer -> true;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[2000]);

  private int fill(Producer producer, int most) {
    int count = 0;
    while (count < most && producer.offer(2, message, 0, 8) > 0) {
      message.putLong(0, message.getLong(0) + 1);
      count++;
    }
    return count;
  }

  /**
   * No group holds anybody back, or one that has read into the batch and is gone. The rest of the
   * batch lands where it belongs, not in newer records.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 70, 99})
  void nobodyLapsABatchThatIsStillOpen(int written) {
    for (boolean group : new boolean[] {false, true}) {
      try (Ring ring = Ring.create(OPTIONS);
          Producer slow = ring.addProducer();
          Producer fast = ring.addProducer()) {
        Consumer early = group ? ring.addConsumer(GroupOptions.named("early")) : null;
        Batch batch = slow.tryBatch(100, 8);
        message.putLong(0, -1);
        for (int i = 0; i < written; i++) {
          assertTrue(batch.add(1, message, 0, 8));
        }
        if (early != null) {
          assertEquals(written, early.poll((type, buffer, offset, length) -> {}, 1000));
          early.close();
        }
        message.putLong(0, 0);
        for (int i = 0; i < 3; i++) {
          fill(fast, 4 * CAPACITY / ALIGNMENT);
        }
        assertTrue(
            ring.counters().position() <= written * ALIGNMENT + CAPACITY, "lapped an open batch");
        try (Consumer late = ring.addConsumer(GroupOptions.named("late"))) {
          message.putLong(0, 0);
          int offered = fill(fast, CAPACITY / ALIGNMENT);
          message.putLong(8, -1);
          while (batch.add(1, message, 8, 8)) {}
          batch.close();
          offered += fill(fast, CAPACITY / ALIGNMENT - offered);
          long[] next = {0};
          assertEquals(
              offered,
              late.poll(
                  (type, buffer, offset, length) -> {
                    assertEquals(2, type);
                    assertEquals(next[0]++, buffer.getLong(offset));
                  },
                  100_000));
          assertEquals(ring.counters().position(), late.position());
        }
      }
    }
  }

  @Test
  void anOpenClaimHoldsOthersBackInEveryLap() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer slow = ring.addProducer();
        Producer fast = ring.addProducer()) {
      fill(fast, 5 * CAPACITY / ALIGNMENT);
      long start = ring.counters().position();
      int index = slow.tryClaim(1, 40);
      assertEquals(start + CAPACITY, Space.limit(ring.core.memory, ALIVE));
      slow.commit(index);
      assertEquals(ring.counters().position() + CAPACITY, Space.limit(ring.core.memory, ALIVE));
    }
  }

  /** Others need not walk over what a batch has committed. */
  @Test
  void aBatchSaysHowFarItHasComeAndEndsItsAnnouncement() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer()) {
      ProducerSlot slot = ring.core.memory.producers[0];
      try (Batch batch = producer.tryBatch(500, 8)) {
        for (int i = 1; i <= 500; i++) {
          assertTrue(batch.add(1, message, 0, 8));
          long walk = i * ALIGNMENT - slot.committedUpTo();
          assertTrue(walk >= 0 && walk <= 64 * ALIGNMENT, i + ": " + walk);
        }
        assertEquals(500 * ALIGNMENT, slot.intentLength());
      }
      assertEquals(0, slot.intentLength());
    }
  }

  /** Of a client that does not say how far it has come. */
  @Test
  void aLookForSpaceWalksOnWhereTheLastOneStopped() {
    int capacity = 4 << 20;
    try (Ring ring = Ring.create(RingOptions.capacity(capacity).name("walk").maxProducers(2));
        Producer owner = ring.addProducer()) {
      RingMemory memory = ring.core.memory;
      assertTrue(owner.offer(1, message, 0, 40) > 0);
      ProducerClaim claim = new ProducerClaim(memory, ALIVE, 0);
      RecordWriter writer = new RecordWriter(memory);
      int records = memory.maxClaim / ALIGNMENT;
      long start = claim.take(records * ALIGNMENT);
      for (int i = 0; i < records - 1; i++) {
        writer.write(start + (long) i * ALIGNMENT, 1, message, 0, 40);
      }
      // Too far for one look, and open anyway.
      for (int looks = 0; looks < 5; looks++) {
        assertEquals(start + capacity, Space.limit(memory, ALIVE));
      }
      long walked = claim.slot.committedUpTo();
      assertTrue(walked > start && walked < start + (long) records * ALIGNMENT);
      writer.write(start + (records - 1L) * ALIGNMENT, 1, message, 0, 40);
      Space.limit(memory, ALIVE);
      assertEquals(memory.words.tail() + capacity, Space.limit(memory, ALIVE));
      assertTrue(Predecessor.isSettled(memory, claim.slot));
    }
  }

  /** A member counts openings for ever. Its neighbours find no room; they do not hang. */
  @Test
  void groupsThatNeverStopOpeningHoldNoCallUp() {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        RingProcess offering = RingProcess.joinedTo(ring)) {
      offering.run("producer p");
      offering.run("fill p 0 1000");
      assertTrue(consumer.poll((type, buffer, offset, length) -> {}, 10) > 0);
      // Two looks for space, of 16 attempts each.
      offering.runUpTo(Step.GROUP_BOUND_READ, 1, "offer p 0 1000");
      for (int i = 1; i < 32; i++) {
        ring.core.memory.words.countOpening();
        offering.goUpTo(Step.GROUP_BOUND_READ);
      }
      ring.core.memory.words.countOpening();
      offering.goUnlessReached(Step.GROUP_BOUND_READ);
      assertEquals(Integer.toString(Producer.BACK_PRESSURED), offering.finish("offer"));
      offering.run("arm INTENT_POSITION_WRITTEN 100");
      assertTrue(Long.parseLong(offering.run("offer p 0 1000")) > 0);
    }
  }

  /** Nobody wakes a producer when a claim ends that alone held it back: it looks by itself. */
  @Test
  void whoIsHeldBackByAClaimSleepsShortly() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess claiming = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer()) {
      claiming.run("producer p");
      claiming.run("claim p 0 40");
      fill(producer, CAPACITY);
      Waitable space = producer.waitForSpace(8);
      assertTrue(space.prepareWait());
      long start = System.nanoTime();
      // The first sleep of every wait is short anyway.
      Eventually.await(
          "the time of the first sleep is over",
          RingProcess.SOON,
          () -> System.nanoTime() - start > 5_000_000);
      assertTrue(space.prepareWait());
      assertTrue(space.longestWaitNanos() <= 1_000_000, "nobody would wake it");
      assertFalse(space.await(3_000_000));
      claiming.run("arm " + Step.COMMITTED + " 1");
      claiming.send("abort p");
      claiming.awaitStop(Step.COMMITTED);
      assertTrue(space.await(RingProcess.SOON.toNanos()));
      claiming.go();
      claiming.finish("abort");
      space.cancelWait();
    }
  }

  /** What is mapped is compared with what was checked, and then never read again. */
  @Test
  void aGeometryThatChangesWhileItIsReadIsRefused() {
    try (Ring ring = Ring.create(OPTIONS)) {
      RingMemory memory = ring.core.memory;
      byte[] bytes = new byte[FIXED_LENGTH];
      memory.rawHeader.getBytes(0, bytes);
      for (int at : new int[] {VERSION_OFFSET, FLAGS_OFFSET, CAPACITY_OFFSET, GROUPS_OFFSET}) {
        UnsafeBuffer copy = new UnsafeBuffer(bytes.clone());
        copy.putInt(at, copy.getInt(at) + 1);
        assertThrows(
            DamagedRingException.class, () -> RingMemory.requireUnchanged(copy, memory.rawHeader));
      }
    }
  }
}
