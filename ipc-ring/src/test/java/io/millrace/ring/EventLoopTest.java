package io.millrace.ring;

import static io.millrace.ring.RingLayout.ALIGNMENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.UnixSocket;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rings beside other descriptors, in a {@link RingPoller} and in a foreign event loop. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventLoopTest {
  private static final RingOptions SMALL = RingOptions.capacity(64 * 1024);
  private static final GroupOptions ALL = GroupOptions.named("all");
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(30);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[40 * 1024]);
  private final List<String> seen = new ArrayList<>();

  @Test
  void noWakeUpIsLostAmongManyRingsAndDescriptors() throws InterruptedException {
    int rounds = 2_000;
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (Ring first = Ring.create(SMALL);
        Ring second = Ring.create(SMALL);
        Ring third = Ring.create(SMALL);
        EventFd event = EventFd.create();
        EventFd done = EventFd.create()) {
      Ring[] rings = {first, second, third};
      for (Ring ring : rings) {
        assertTrue(ring.addGroup(ALL.retained()));
      }
      long[] received = new long[4];
      Thread sleeper = new Thread(() -> receive(rings, event, done, received, rounds, failed));
      sleeper.start();
      try (Producer a = first.addProducer();
          Producer b = second.addProducer();
          Producer c = third.addProducer()) {
        Producer[] producers = {a, b, c};
        for (int i = 0; i < rounds && failed.get() == null; i++) {
          // One at a time, and the next only after it came: any lost wake-up stops the test.
          int which = ThreadLocalRandom.current().nextInt(4);
          if (which == 3) {
            event.signal();
          } else {
            assertTrue(producers[which].offer(1, message, 0, 8) > 0);
          }
          long start = System.nanoTime();
          while (done.drain() == 0 && failed.get() == null) {
            assertTrue(System.nanoTime() - start < DEADLINE, "lost in round " + i);
            LockSupport.parkNanos(1);
          }
        }
      }
      sleeper.join();
      assertNull(failed.get());
      assertEquals(rounds, received[0] + received[1] + received[2] + received[3]);
    }
  }

  private void receive(
      Ring[] rings,
      EventFd event,
      EventFd done,
      long[] received,
      int rounds,
      AtomicReference<Throwable> failed) {
    try (Consumer a = rings[0].addConsumer(ALL.retained());
        Consumer b = rings[1].addConsumer(ALL.retained());
        Consumer c = rings[2].addConsumer(ALL.retained());
        RingPoller poller = new RingPoller()) {
      Consumer[] consumers = {a, b, c};
      for (int i = 0; i < 3; i++) {
        int which = i;
        Consumer consumer = consumers[which];
        poller.add(
            consumer.waitForRecords(),
            () -> received[which] += consumer.poll((type, buffer, offset, length) -> {}, 10));
      }
      poller.add(event.descriptor().number(), () -> received[3] += event.drain());
      for (int i = 0; i < rounds; i++) {
        assertTrue(poller.await(DEADLINE) > 0, "slept through");
        done.signal();
      }
    } catch (Throwable thrown) {
      failed.set(thrown);
    }
  }

  @Test
  void aConsumersDescriptorCanStandInAnotherEventLoop() throws InterruptedException {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        EventFd stop = EventFd.create();
        Epoll loop = new Epoll()) {
      Waitable records = consumer.waitForRecords();
      loop.add(records.descriptor(), Epoll.IN, 1);
      loop.add(stop.descriptor().number(), Epoll.IN, 2);
      int messages = 500;
      Thread writer =
          new Thread(
              () -> {
                try (Producer producer = ring.addProducer()) {
                  for (int i = 0; i < messages; i++) {
                    assertTrue(producer.offer(i, message, 0, 8) > 0);
                    LockSupport.parkNanos(i % 7 == 0 ? 100_000 : 1);
                  }
                }
                stop.signal();
              });
      writer.start();
      boolean stopped = false;
      while (!stopped || records.isReady()) {
        while (!stopped && records.prepareWait()) {
          long longest = Math.min(records.longestWaitNanos(), DEADLINE);
          int ready = loop.await((int) TimeUnit.NANOSECONDS.toMillis(longest) + 1);
          for (int i = 0; i < ready; i++) {
            stopped |= loop.tag(i) == 2;
          }
        }
        records.cancelWait();
        consumer.poll((type, buffer, offset, length) -> seen.add("" + type), 10);
      }
      writer.join();
      assertEquals(messages, seen.size());
      // Awake again, it is asked for nothing and signalled nothing.
      assertEquals(1, loop.await(0));
      stop.drain();
      assertEquals(0, loop.await(0));
    }
  }

  /** Its producer has looked for sleepers before there was one, and stores late. */
  @Test
  void aRecordThatNobodyAnnouncesIsFoundAfterTheShortFirstSleep() {
    try (Ring ring = Ring.create(SMALL.forSingleProducer());
        Consumer consumer = ring.addConsumer(ALL);
        Epoll loop = new Epoll()) {
      Waitable records = consumer.waitForRecords();
      loop.add(records.descriptor(), Epoll.IN, 1);
      assertTrue(records.prepareWait());
      assertEquals(TimeUnit.MILLISECONDS.toNanos(1), records.longestWaitNanos());
      new RecordWriter(ring.core.memory).pad(0, ALIGNMENT);
      assertEquals(0, loop.await(1));
      assertFalse(records.prepareWait());
    }
  }

  @Test
  void theSleepsAfterTheFirstOneOfAWaitHaveNoEndOfTheirOwn() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL)) {
      Waitable records = consumer.waitForRecords();
      Eventually.await(
          "a sleep without a limit",
          Duration.ofSeconds(60),
          () -> records.prepareWait() && records.longestWaitNanos() == Waitable.FOREVER);
      records.cancelWait();
      assertTrue(records.prepareWait());
      assertTrue(records.longestWaitNanos() < Waitable.FOREVER, "another wait");
    }
  }

  /** What was stored before the wait began may not have arrived yet. */
  @Test
  void lookingAgainAtOnceDoesNotEndTheShortFirstSleep() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL)) {
      Waitable records = consumer.waitForRecords();
      Eventually.await(
          "two looks within a millisecond",
          Duration.ofSeconds(60),
          () -> {
            long start = System.nanoTime();
            records.cancelWait();
            assertTrue(records.prepareWait() && records.prepareWait());
            long longest = records.longestWaitNanos();
            boolean atOnce = System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(1);
            assertTrue(!atOnce || longest < Waitable.FOREVER);
            return atOnce;
          });
    }
  }

  @Test
  void aWaitThatGoesOnIsWokenEachTimeAndIsSilentInBetween() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer();
        Epoll loop = new Epoll()) {
      Waitable records = consumer.waitForRecords();
      loop.add(records.descriptor(), Epoll.IN, 1);
      for (int i = 0; i < 3; i++) {
        assertTrue(records.prepareWait());
        assertEquals(0, loop.await(0));
        assertTrue(producer.offer(i, message, 0, 8) > 0);
        assertEquals(1, loop.await(30_000));
        assertFalse(records.prepareWait());
        assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
      }
    }
  }

  @Test
  void aPollerLooksAgainAfterAShortFirstSleep() {
    try (RingPoller poller = new RingPoller();
        SecondLook late = new SecondLook()) {
      poller.add(late, () -> seen.add("found"));
      assertEquals(1, poller.await(Waitable.FOREVER));
      assertEquals(List.of("found"), seen);
    }
  }

  /** Is there at the second look of a wait. */
  private static final class SecondLook implements Waitable, AutoCloseable {
    private final EventFd event = EventFd.create();
    private int looks;

    @Override
    public boolean isReady() {
      return looks > 1;
    }

    @Override
    public boolean await(long timeoutNanos) {
      throw new UnsupportedOperationException("a poller does not block in one of many");
    }

    @Override
    public int descriptor() {
      return event.descriptor().number();
    }

    @Override
    public boolean prepareWait() {
      looks++;
      return !isReady();
    }

    @Override
    public long longestWaitNanos() {
      return TimeUnit.MILLISECONDS.toNanos(1);
    }

    @Override
    public void cancelWait() {
      if (!isReady()) {
        looks = 0;
      }
    }

    @Override
    public void close() {
      event.close();
    }
  }

  @Test
  void socketsWakeToo(@TempDir Path path) {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Directory directory = Directory.open(path);
        UnixSocket server = UnixSocket.listen(directory, "socket", 1);
        RingPoller poller = new RingPoller()) {
      poller.add(consumer.waitForRecords(), () -> seen.add("record"));
      poller.add(server.descriptor().number(), () -> seen.add("call"));
      assertEquals(0, poller.await(1));
      UnixSocket client = UnixSocket.connect(directory, "socket", 1000);
      try (UnixSocket accepted = server.accept(1000)) {
        poller.add(accepted.descriptor().number(), () -> seen.add("hung up"));
        assertEquals(0, poller.await(1));
        client.close();
        assertEquals(1, poller.await(DEADLINE));
        assertEquals(List.of("hung up"), seen);
      }
    }
  }
}
