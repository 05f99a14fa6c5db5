package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.discovery.Registry;
import io.millrace.ring.Batch;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In steady state publishing, polling and sleeping allocate nothing. */
class TopicAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(60);

  /** What the measurement itself, or a compilation in between, may take; not one byte a round. */
  private static final long TOLERATED = 4096;

  /** As in the ring's test: for errno, unless the compiler removes it. */
  private static final long FOR_SYSTEM_CALL = 48;

  @TempDir Path root;
  private Registry registry;
  private TopicPublisher first;
  private TopicPublisher second;
  private TopicSubscriber subscriber;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[200]);
  private long sum;
  private final RecordHandler handler =
      (type, buffer, offset, length) -> sum += buffer.getByte(offset) + subscriber.origin().pid();

  @BeforeEach
  void open() {
    registry = Registry.open(root);
    subscriber = Topic.subscriber(registry, "t", GroupOptions.named("g"));
    first = Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16).history(1 << 12));
    second = Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16));
    long start = System.nanoTime();
    while (subscriber.publishers().size() < 2 && System.nanoTime() - start < DEADLINE) {
      subscriber.poll(handler, 10);
    }
  }

  @AfterEach
  void close() {
    first.close();
    second.close();
    subscriber.close();
    registry.close();
  }

  private static void assertNoAllocation(Runnable round, int rounds, int systemCalls) {
    long tolerated = TOLERATED + rounds * systemCalls * FOR_SYSTEM_CALL;
    long start = System.nanoTime();
    long allocated;
    do {
      // The first rounds load classes and link call sites; once a second the path is looked at.
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < rounds; i++) {
        round.run();
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    } while (allocated > tolerated && System.nanoTime() - start < DEADLINE);
    assertTrue(allocated <= tolerated, allocated + " bytes in " + rounds + " rounds");
  }

  @Test
  void publishingAndPollingAllocateNothing() {
    assertNoAllocation(
        () -> {
          first.offer(1, message, 0, 100);
          first.offer(2, message, 0, 10, message, 20, 30);
          int index = second.tryClaim(3, 16);
          second.buffer().putLong(index, 5);
          second.commit(index);
          second.abort(second.tryClaim(4, 8));
          try (Batch batch = second.tryBatch(2, 32)) {
            batch.add(5, message, 0, 32);
            batch.add(5, message, 0, 32);
          }
          assertEquals(5, subscriber.poll(handler, 100));
        },
        5000,
        0);
  }

  /** In each round it looks at the watch, too, as it does in long polling. */
  @Test
  void pollingForNothingAllocatesNothing() {
    assertNoAllocation(() -> assertEquals(0, subscriber.poll(handler, 100)), 20_000, 0);
  }

  @Test
  void sleepingAllocatesNothing() {
    WaitStrategy blocking = WaitStrategy.blocking();
    assertNoAllocation(
        () -> {
          // Not longer than it takes to be asleep: what ends it is the time, or a record.
          assertEquals(0, subscriber.poll(handler, 100, blocking, 1));
          first.offer(1, message, 0, 100);
          assertEquals(1, subscriber.poll(handler, 100, blocking, DEADLINE));
        },
        200,
        20);
  }
}
