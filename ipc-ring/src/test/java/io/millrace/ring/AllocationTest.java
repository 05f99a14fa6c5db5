package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.junit.jupiter.api.Test;

/** In steady state nothing is allocated, so that nothing is ever collected. */
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 20_000;
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(20);

  /** What the measurement itself, or a compilation in between, may take; not one byte a round. */
  private static final long TOLERATED = 4096;

  /**
   * What the JDK makes of the memory for errno with each system call, and its compiler removes
   * again if it happens to compile the call and its callers as one.
   */
  private static final long FOR_SYSTEM_CALL = 48;

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);
  private long sum;

  private static void assertNoAllocation(Runnable round) {
    assertNoAllocation(round, 0);
  }

  private static void assertNoAllocation(Runnable round, int systemCalls) {
    long tolerated = TOLERATED + ROUNDS * systemCalls * FOR_SYSTEM_CALL;
    long start = System.nanoTime();
    long allocated;
    do {
      // The first rounds load classes and link call sites.
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS; i++) {
        round.run();
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    } while (allocated > tolerated && System.nanoTime() - start < DEADLINE);
    assertTrue(allocated <= tolerated, allocated + " bytes in " + ROUNDS + " rounds");
  }

  @Test
  void writingAndReadingAllocateNothing() {
    for (boolean shared : new boolean[] {false, true}) {
      GroupOptions group = GroupOptions.named("all");
      try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
          Consumer consumer = ring.addConsumer(shared ? group.shared() : group);
          Observer observer = ring.addObserver();
          Producer producer = ring.addProducer()) {
        RecordHandler handler = (type, buffer, offset, length) -> sum += buffer.getLong(offset);
        ControlledRecordHandler controlled =
            (type, buffer, offset, length, again) -> ControlledRecordHandler.Action.COMMIT;
        assertNoAllocation(
            () -> {
              producer.offer(1, message, 0, 32);
              producer.offer(2, message, 0, 500, message, 0, 100);
              int index = producer.tryClaim(3, 8);
              producer.buffer().putLong(index, 5);
              producer.commit(index);
              producer.abort(producer.tryClaim(4, 8));
              try (Batch batch = producer.tryBatch(3, 32)) {
                batch.add(5, message, 0, 32);
                batch.add(5, message, 0, 32);
              }
              assertEquals(3, consumer.poll(handler, 3));
              assertEquals(2, consumer.controlledPoll(controlled, 10));
              assertEquals(0, consumer.poll(handler, 10));
              assertEquals(5, observer.poll(handler, 10));
            });
      }
    }
  }

  /** Encodes and decodes through one reused object. */
  private static final class CounterCodec implements RecordEncoder<long[]>, RecordDecoder<long[]> {
    private final long[] decoded = new long[1];

    @Override
    public int encodedLength(long[] message) {
      return Long.BYTES;
    }

    @Override
    public void encode(long[] message, MutableDirectBuffer buffer, int offset) {
      buffer.putLong(offset, message[0]);
    }

    @Override
    public long[] decode(DirectBuffer buffer, int offset, int length) {
      decoded[0] = buffer.getLong(offset);
      return decoded;
    }
  }

  @Test
  void typedMessagesAllocateNothing() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      TypedProducer<long[]> typed = new TypedProducer<>(producer, 1, new CounterCodec());
      TypedConsumer messages =
          new TypedConsumer(consumer).<long[]>on(1, new CounterCodec(), m -> sum += m[0]);
      long[] counter = {1};
      assertNoAllocation(
          () -> {
            assertTrue(typed.offer(counter));
            assertEquals(1, messages.poll(10));
          });
    }
  }

  @Test
  void theAgronaAdapterAllocatesNothing() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        AgronaRingBuffer adapter = AgronaRingBuffer.of(ring, "all")) {
      RingBuffer buffer = adapter;
      MessageHandler handler = (type, data, index, length) -> sum += length;
      assertNoAllocation(
          () -> {
            assertTrue(buffer.write(1, message, 0, 32));
            buffer.commit(buffer.tryClaim(2, 16));
            assertEquals(2, buffer.read(handler));
          });
    }
  }

  @Test
  void aPollerThatIsServedAllocatesNothing() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer();
        RingPoller poller = new RingPoller()) {
      RecordHandler handler = (type, buffer, offset, length) -> sum += length;
      poller.add(consumer.waitForRecords(), () -> consumer.poll(handler, 10));
      assertNoAllocation(
          () -> {
            assertTrue(producer.offer(1, message, 0, 32) > 0);
            assertEquals(1, poller.await(1_000_000));
          });
    }
  }

  /**
   * Each round asks for a barrier and for what has woken it; a producer also for a lock, and back.
   */
  @Test
  void gettingReadyToSleepAllocatesNothing() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all").shared());
        Producer producer = ring.addProducer()) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        sum++;
      }
      Waitable room = producer.waitForSpace(1000);
      RecordHandler handler = (type, buffer, offset, length) -> sum += length;
      assertNoAllocation(
          () -> {
            assertTrue(room.prepareWait());
            room.cancelWait();
          },
          4);
      consumer.poll(handler, Integer.MAX_VALUE);
      Waitable records = consumer.waitForRecords();
      assertNoAllocation(
          () -> {
            assertTrue(records.prepareWait());
            records.cancelWait();
          },
          2);
    }
  }
}
