package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import io.millrace.discovery.Registry;
import io.millrace.os.Deadline;
import io.millrace.os.Epoll;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.RingPoller;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Hammer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TopicWaitTest {
  private static final PublisherOptions SMALL = PublisherOptions.capacity(1 << 16);
  private static final RecordHandler NOTHING = (type, buffer, offset, length) -> {};

  @TempDir Path root;

  /** Runs in a thread and tells what it threw. */
  private static final class Waiting {
    final AtomicReference<Throwable> thrown = new AtomicReference<>();
    final Thread thread;

    Waiting(Runnable work) {
      this(Thread.ofPlatform(), work);
    }

    Waiting(Thread.Builder how, Runnable work) {
      thread =
          how.start(
              () -> {
                try {
                  work.run();
                } catch (Throwable failure) {
                  thrown.set(failure);
                }
              });
    }

    void awaitSleep() {
      Eventually.await(
          "asleep", Log.DEADLINE, () -> !thread.isAlive() || isInKernel(thread.getStackTrace()));
    }

    private static boolean isInKernel(StackTraceElement[] stack) {
      for (StackTraceElement frame : stack) {
        if (frame.getMethodName().equals("awaitInKernel")
            || frame.getClassName().contains("VirtualSleep")) {
          return true;
        }
      }
      return false;
    }

    Throwable join() throws InterruptedException {
      thread.join(Log.DEADLINE.toMillis());
      assertFalse(thread.isAlive(), "still waiting");
      return thrown.get();
    }
  }

  private static TopicSubscriber subscriber(Registry registry, String how) {
    return Topic.subscriber(registry, "t", TopicProcess.options("g", how));
  }

  private static final List<String> KINDS = List.of("plain", "shared", "competing", "lossy");

  @Test
  void aSleeperIsWokenByARecordOfAnyPublisherAndByAPublisherThatComes() throws Exception {
    for (String how : KINDS) {
      try (Registry registry = Registry.open(root);
          TopicSubscriber subscriber = subscriber(registry, how)) {
        AtomicInteger count = new AtomicInteger();
        Waiting waiting =
            new Waiting(
                () -> {
                  while (count.get() < 40) {
                    int polled =
                        subscriber.poll(NOTHING, 10, WaitStrategy.blocking(), Waitable.FOREVER);
                    count.addAndGet(polled);
                  }
                });
        List<TopicPublisher> publishers = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
          waiting.awaitSleep();
          publishers.add(Topic.publisher(registry, "t", SMALL));
          Eventually.await(
              "joined", Log.DEADLINE, () -> subscriber.publishers().size() == publishers.size());
          for (int j = 0; j < 10; j++) {
            int before = count.get();
            waiting.awaitSleep();
            Log.publish(publishers.get(j % i), j);
            Eventually.await("one more", Log.DEADLINE, () -> count.get() > before);
          }
        }
        assertEquals(null, waiting.join(), how);
        publishers.forEach(TopicPublisher::close);
      }
    }
  }

  @Test
  void whoLooksAfterASleepSeesWhatHasCome() {
    for (String how : KINDS) {
      try (Registry registry = Registry.open(root);
          TopicSubscriber subscriber = subscriber(registry, how)) {
        List<TopicPublisher> publishers = new ArrayList<>();
        for (int i = 0; i < 40; i++) { // So many that not all are looked at.
          publishers.add(Topic.publisher(registry, "t", SMALL));
          if (i == 0 || i == 39) {
            Waitable records = subscriber.waitForRecords();
            Eventually.await(
                "all",
                Log.DEADLINE,
                () -> {
                  subscriber.poll(NOTHING, 10);
                  return subscriber.publishers().size() == publishers.size();
                });
            for (int j = 0; j < 5; j++) { // The first sleep is short; after the second it lasts.
              subscriber.poll(NOTHING, 10, WaitStrategy.blocking(), 5_000_000);
            }
            for (int j = 0; j <= i; j++) {
              Log.publish(publishers.get(j), 1);
              assertTrue(records.isReady(), how + " " + j + " of " + i);
              assertEquals(1, subscriber.poll(NOTHING, 10));
            }
          }
        }
        publishers.forEach(TopicPublisher::close);
      }
    }
  }

  @Test
  void everyWaitEndsByAWakeUpAnInterruptOrAClose() throws Exception {
    List<WaitStrategy> strategies =
        List.of(
            WaitStrategy.blocking(),
            WaitStrategy.spinning(),
            WaitStrategy.spinningThenBlocking(1000));
    for (WaitStrategy strategy : strategies) {
      for (String how : KINDS) {
        try (Registry registry = Registry.open(root);
            TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
          TopicSubscriber subscriber = subscriber(registry, how);
          Log.publish(publisher, 1);
          Runnable poll =
              () -> {
                int polled;
                do {
                  polled = subscriber.poll(NOTHING, 10, strategy, Waitable.FOREVER);
                } while (polled > 0);
              };
          Waiting woken = new Waiting(poll);
          subscriber.wakeup();
          assertEquals(null, woken.join());
          Waiting interrupted =
              new Waiting(
                  () -> {
                    poll.run();
                    assertTrue(Thread.currentThread().isInterrupted());
                  });
          interrupted.thread.interrupt();
          assertEquals(null, interrupted.join());
          Waiting closed = new Waiting(poll);
          if (strategy == strategies.get(0)) {
            closed.awaitSleep();
          }
          subscriber.close();
          Throwable thrown = closed.join();
          assertTrue(thrown instanceof ClosedException, String.valueOf(thrown));
          assertThrows(ClosedException.class, () -> subscriber.poll(NOTHING, 1));
          assertThrows(ClosedException.class, subscriber::waitForRecords);
          subscriber.wakeup();
          subscriber.close();
        }
      }
    }
  }

  @Test
  void aVirtualThreadSleeps() throws Exception {
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber = subscriber(registry, "plain");
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
      Waiting waiting =
          new Waiting(
              Thread.ofVirtual(),
              () -> subscriber.poll(NOTHING, 1, WaitStrategy.blocking(), Waitable.FOREVER));
      Log.publish(publisher, 1);
      assertEquals(null, waiting.join());
    }
  }

  @Test
  void timesEnd() {
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber = subscriber(registry, "plain");
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
      for (long time : new long[] {Long.MIN_VALUE, -1, 0, 1, 3_000_000}) {
        assertEquals(0, subscriber.poll(NOTHING, 1, WaitStrategy.blocking(), time));
        assertFalse(subscriber.waitForRecords().await(time));
      }
      assertEquals(0, subscriber.poll(NOTHING, 0, WaitStrategy.blocking(), Waitable.FOREVER));
      Log.publish(publisher, 1);
      assertEquals(0, subscriber.poll(NOTHING, 0));
      assertThrows(NullPointerException.class, () -> subscriber.poll(null, 1));
    }
  }

  @Test
  void itStandsInAPollerBesideOthers() {
    try (Registry registry = Registry.open(root);
        TopicSubscriber one = Topic.subscriber(registry, "t", GroupOptions.named("one"));
        TopicSubscriber two = Topic.subscriber(registry, "t", GroupOptions.named("two"));
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL);
        RingPoller poller = new RingPoller()) {
      int[] counts = new int[2];
      poller.add(one.waitForRecords(), () -> counts[0] += one.poll(NOTHING, 10));
      poller.add(two.waitForRecords(), () -> counts[1] += two.poll(NOTHING, 10));
      Eventually.await(
          "joined",
          Log.DEADLINE,
          () -> {
            poller.await(1_000_000);
            return one.publishers().size() == 1 && two.publishers().size() == 1;
          });
      for (int i = 1; i <= 100; i++) {
        Log.publish(publisher, i);
        while (counts[0] < i || counts[1] < i) {
          poller.await(Waitable.FOREVER);
        }
      }
      one.wakeup();
      poller.await(Waitable.FOREVER);
      assertEquals(0, poller.await(2_000_000));
    }
  }

  @Test
  void itStandsInAnEventLoopOfSomebodyElse() {
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber = subscriber(registry, "plain");
        Epoll loop = new Epoll()) {
      Waitable waitable = subscriber.waitForRecords();
      loop.add(waitable.descriptor(), Epoll.IN, 1);
      try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL);
          TopicPublisher second = Topic.publisher(registry, "t", SMALL)) {
        int count = 0;
        for (int i = 1; i <= 50; i++) {
          Log.publish(i % 2 == 0 ? publisher : second, i);
          while (count < i) {
            if (waitable.prepareWait()) {
              long nanos = waitable.longestWaitNanos();
              assertTrue(nanos <= Duration.ofSeconds(1).toNanos());
              loop.await(Deadline.millis(nanos));
            }
            waitable.cancelWait();
            count += subscriber.poll(NOTHING, 1);
          }
        }
        // Nothing is there any more, and the descriptor says so.
        Eventually.await(
            "a sleep that nothing ends",
            Log.DEADLINE,
            () -> {
              boolean sleeps = waitable.prepareWait() && loop.await(0) == 0;
              waitable.cancelWait();
              subscriber.poll(NOTHING, 1);
              return sleeps;
            });
      }
    }
  }

  @Test
  void aSecondThreadIsRefusedWhileTheFirstLives() throws Exception {
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber = subscriber(registry, "plain")) {
      Waiting waiting =
          new Waiting(() -> subscriber.poll(NOTHING, 1, WaitStrategy.blocking(), Waitable.FOREVER));
      waiting.awaitSleep();
      assertThrows(ForeignThreadException.class, () -> subscriber.poll(NOTHING, 1));
      subscriber.wakeup();
      assertEquals(null, waiting.join());
      assertEquals(0, subscriber.poll(NOTHING, 1));
    }
  }

  @Test
  void fromAnyThreadAtAnyMomentACallWorksOrThrowsWhatItMay() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Hammer hammer =
        new Hammer(
                seed,
                thrown ->
                    thrown instanceof ClosedException
                        || thrown instanceof ForeignThreadException
                        || thrown instanceof IllegalStateException)
            .argument(RecordHandler.class, random -> NOTHING)
            .argument(WaitStrategy.class, random -> WaitStrategy.blocking())
            .argument(int.class, random -> random.nextInt(20) - 2)
            .argument(long.class, random -> random.nextLong(2_000_000) - 100)
            .argument(Origin.class, random -> new Origin("nobody", "nobody", 1, 1, 1, null))
            .argument(org.agrona.DirectBuffer.class, random -> new UnsafeBuffer(new byte[64]))
            .follow(Waitable.class)
            .spare("commit", "abort", "tryClaim", "tryBatch", "offer", "waitForSpace");
    for (int round = 0; round < 10; round++) {
      Random random = new Random(seed + round);
      String how = KINDS.get(random.nextInt(KINDS.size()));
      try (Registry registry = Registry.open(root);
          TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
        TopicSubscriber subscriber = subscriber(registry, how);
        TopicPublisher other = Topic.publisher(registry, "t", SMALL);
        Log.publish(publisher, 1);
        hammer.strike(
            4,
            () -> {
              other.close();
              subscriber.close();
            },
            subscriber,
            other);
      } catch (AssertionError failure) {
        throw new AssertionError("-Dmillrace.seed=" + seed + ", " + how, failure);
      }
    }
  }
}
