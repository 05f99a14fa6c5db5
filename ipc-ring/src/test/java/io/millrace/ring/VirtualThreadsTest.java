package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.OpenDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More virtual threads wait than there are carriers, and the others go on. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VirtualThreadsTest {
  private static final int MANY = 2 * Runtime.getRuntime().availableProcessors() + 1;
  private static final RingOptions OPTIONS =
      RingOptions.capacity(RingLayout.MIN_CAPACITY).maxGroups(64).maxConsumers(63).maxWaiters(64);
  private static final RecordHandler IGNORE = (type, buffer, offset, length) -> {};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  private void start(Runnable task) {
    threads.add(
        Thread.ofVirtual()
            .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
            .start(task));
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(SOON.toMillis());
      assertTrue(!thread.isAlive(), "still waits");
    }
    assertEquals(List.of(), List.copyOf(failures));
  }

  /** Returns once another virtual thread has run. */
  private static void assertOthersRun() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    Thread.ofVirtual().start(ran::countDown);
    assertTrue(ran.await(SOON.toSeconds(), TimeUnit.SECONDS), "no carrier is left");
  }

  @Test
  void sleepingConsumersObserversAndPollersLeaveTheirCarriers() throws InterruptedException {
    try (Ring ring = Ring.create(OPTIONS)) {
      AtomicInteger got = new AtomicInteger();
      CountDownLatch waiting = new CountDownLatch(3 * MANY);
      for (int i = 0; i < MANY; i++) {
        GroupOptions group = GroupOptions.named("g" + i);
        GroupOptions polled = GroupOptions.named("p" + i);
        start(
            () -> {
              try (Consumer consumer = ring.addConsumer(group)) {
                waiting.countDown();
                got.addAndGet(consumer.poll(IGNORE, 1, WaitStrategy.blocking(), Waitable.FOREVER));
              }
            });
        start(
            () -> {
              try (Observer observer = ring.addObserver()) {
                waiting.countDown();
                got.addAndGet(observer.poll(IGNORE, 1, WaitStrategy.blocking(), SOON.toNanos()));
              }
            });
        start(
            () -> {
              try (Consumer consumer = ring.addConsumer(polled);
                  RingPoller poller = new RingPoller()) {
                waiting.countDown();
                poller.add(
                    consumer.waitForRecords(), () -> got.addAndGet(consumer.poll(IGNORE, 1)));
                assertEquals(1, poller.await(Waitable.FOREVER));
              }
            });
      }
      assertTrue(waiting.await(SOON.toSeconds(), TimeUnit.SECONDS), "not all could begin");
      assertOthersRun();
      try (Producer producer = ring.addProducer()) {
        assertTrue(producer.offer(1, message, 0, 8) > 0);
      }
      join();
      assertEquals(3 * MANY, got.get());
    }
  }

  @Test
  void sleepingProducersLeaveTheirCarriers() throws InterruptedException {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer slow = ring.addConsumer(GroupOptions.named("slow"))) {
      try (Producer filler = ring.addProducer()) {
        while (filler.offer(1, message, 0, 1000) > 0) {
          // Until it is full.
        }
      }
      CountDownLatch waiting = new CountDownLatch(MANY);
      for (int i = 0; i < MANY; i++) {
        start(
            () -> {
              try (Producer producer = ring.addProducer()) {
                waiting.countDown();
                WaitStrategy wait = WaitStrategy.blocking();
                assertTrue(producer.offer(1, message, 0, 1000, wait, SOON.toNanos()) > 0);
              }
            });
      }
      assertTrue(waiting.await(SOON.toSeconds(), TimeUnit.SECONDS), "not all could begin");
      SleepersTest.awaitSpaceSleepers(ring, MANY);
      assertOthersRun();
      assertEquals(MANY, slow.poll(IGNORE, MANY));
      join();
    }
  }

  @Test
  void interruptsWakeUpsAndTimeLimitsEndTheirWaits() throws InterruptedException {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer one = ring.addConsumer(GroupOptions.named("one"));
        Consumer two = ring.addConsumer(GroupOptions.named("two"));
        Consumer three = ring.addConsumer(GroupOptions.named("three"))) {
      AtomicInteger interrupted = new AtomicInteger();
      WaitStrategy wait = WaitStrategy.blocking();
      start(
          () -> {
            assertEquals(0, one.poll(IGNORE, 1, wait, Waitable.FOREVER));
            interrupted.addAndGet(Thread.interrupted() ? 1 : 0);
          });
      start(() -> assertEquals(0, two.poll(IGNORE, 1, wait, Waitable.FOREVER)));
      start(() -> assertEquals(0, three.poll(IGNORE, 1, wait, 5_000_000)));
      threads.get(2).join(SOON.toMillis());
      threads.get(0).interrupt();
      two.wakeup();
      join();
      assertEquals(1, interrupted.get());
    }
  }

  @Test
  void noDescriptorIsLeftOpen() throws InterruptedException {
    interruptsWakeUpsAndTimeLimitsEndTheirWaits(); // The process keeps one for all of them.
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Ring ring = Ring.create(OPTIONS);
              Consumer consumer = ring.addConsumer(GroupOptions.named("one"))) {
            start(() -> consumer.poll(IGNORE, 1, WaitStrategy.blocking(), 3_000_000));
            join();
          } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
          }
        });
  }
}
