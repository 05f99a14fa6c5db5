package io.millrace.ring;

import static io.millrace.ring.RingLayout.ALIGNMENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** When a consumer keeps its distance from producers, and that it costs no record. */
class PaceTest {
  private static final int CAPACITY = 256 * 1024;
  private static final int RECORDS = 1000;
  private static final RingOptions OPTIONS = RingOptions.capacity(CAPACITY).name("pace");
  private static final int DISTANCE = 32 * 64;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[32]);

  private void fill(Producer producer, int count) {
    for (int i = 0; i < count; i++) {
      message.putLong(0, i);
      assertTrue(producer.offer(1, message, 0, 32) > 0);
    }
  }

  @Test
  void noDistanceIsKeptWhileNothingIsClaimed() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer producer = ring.addProducer()) {
      Pace pace = new Pace(ring.core.memory.words, CAPACITY);
      for (int i = 0; i < 100; i++) {
        fill(producer, 1);
        long tail = ring.counters().position();
        assertEquals(Long.MAX_VALUE, pace.bound(tail));
        pace.drained(tail);
      }
    }
  }

  @Test
  void aClaimThatIsOpenWhenAllIsReadMeansFullFlow() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer slow = ring.addProducer();
        Producer fast = ring.addProducer()) {
      Pace pace = new Pace(ring.core.memory.words, CAPACITY);
      int claim = slow.tryClaim(1, 32);
      pace.drained(0);
      fill(fast, RECORDS);
      long tail = ring.counters().position();
      assertEquals(tail - DISTANCE, pace.bound(0));
      // Valid until it is reached, and then the tail stands still.
      assertEquals(tail - DISTANCE, pace.bound(tail - DISTANCE - ALIGNMENT));
      assertEquals(Long.MAX_VALUE, pace.bound(tail - DISTANCE));
      slow.abort(claim);
    }
  }

  @Test
  void theDistanceIsReadAsWellWhenProducersStop() {
    try (Ring ring = Ring.create(OPTIONS);
        Producer slow = ring.addProducer();
        Producer fast = ring.addProducer();
        Consumer consumer = ring.addConsumer(GroupOptions.named("readers"))) {
      fill(fast, 1);
      int claim = slow.tryClaim(1, 32);
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
      slow.abort(claim);
      fill(fast, RECORDS);
      int[] read = {0};
      int count =
          consumer.poll(
              (type, buffer, offset, length) -> assertEquals(read[0]++, buffer.getLong(offset)),
              Integer.MAX_VALUE);
      assertEquals(RECORDS, count, "one poll reads all that is there");
    }
  }
}
