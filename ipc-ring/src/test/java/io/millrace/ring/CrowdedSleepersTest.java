package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Epoll;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All places for sleepers are taken: a member that finds none still sleeps. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CrowdedSleepersTest {
  private static final RingOptions ONE_PLACE = RingOptions.capacity(MIN_CAPACITY).maxWaiters(1);
  private static final RecordHandler IGNORE = (type, buffer, offset, length) -> {};
  private static final long LONG = SOON.toNanos();

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);

  /** Takes the only place for as long as it is open. */
  private static Consumer taking(Ring ring) {
    Consumer consumer = ring.addConsumer(GroupOptions.named("first"));
    assertTrue(consumer.waitForRecords().prepareWait());
    return consumer;
  }

  @Test
  void whoFindsNoPlaceGetsItsRecordAndIsCounted(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("ring.jfr");
    try (Recording recording = new Recording();
        Ring ring = Ring.create(ONE_PLACE);
        Consumer first = taking(ring);
        Producer producer = ring.addProducer()) {
      recording.enable("io.millrace.ring.SleepWithoutPlace");
      recording.start();
      assertEquals(0, ring.counters().waitsWithoutPlace());
      AtomicInteger got = new AtomicInteger(-1);
      Thread second =
          new Thread(
              () -> {
                try (Consumer consumer = ring.addConsumer(GroupOptions.named("second"))) {
                  got.set(consumer.poll(IGNORE, 1, WaitStrategy.blocking(), Waitable.FOREVER));
                }
              });
      second.start();
      Eventually.await(
          "it sleeps without a place", SOON, () -> ring.counters().waitsWithoutPlace() == 1);
      assertTrue(producer.offer(1, message, 0, 8) > 0);
      second.join(SOON.toMillis());
      assertEquals(1, got.get());
      assertEquals(1, ring.counters().waitsWithoutPlace());
      recording.stop();
      recording.dump(file);
      assertEquals(
          1,
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().endsWith("SleepWithoutPlace"))
              .count());
      first.waitForRecords().cancelWait();
    }
  }

  @Test
  void aProducerTooSleepsWithoutAPlace() throws InterruptedException {
    try (Ring ring = Ring.create(ONE_PLACE);
        Consumer first = taking(ring);
        Producer producer = ring.addProducer()) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      AtomicBoolean done = new AtomicBoolean();
      Thread second =
          new Thread(
              () -> {
                try (Producer other = ring.addProducer()) {
                  done.set(other.offer(1, message, 0, 1000, WaitStrategy.blocking(), LONG) > 0);
                }
              });
      second.start();
      Eventually.await(
          "it sleeps without a place", SOON, () -> ring.counters().waitsWithoutPlace() == 1);
      assertEquals(1, first.poll(IGNORE, 1));
      second.join(SOON.toMillis());
      assertTrue(done.get());
    }
  }

  @Test
  @SuppressWarnings("try") // Closed in the middle: that is what is tested.
  void itTakesAPlaceWhenOneComesFree() {
    try (Ring ring = Ring.create(ONE_PLACE);
        Consumer first = taking(ring);
        Consumer second = ring.addConsumer(GroupOptions.named("second"));
        Producer producer = ring.addProducer();
        Epoll loop = new Epoll()) {
      Waitable records = second.waitForRecords();
      loop.add(records.descriptor(), Epoll.IN, 1);
      assertTrue(records.prepareWait());
      assertTrue(records.longestWaitNanos() <= TimeUnit.MILLISECONDS.toNanos(10));
      first.close();
      Eventually.await(
          "it has a place, which has no bound of some milliseconds",
          SOON,
          () -> records.prepareWait() && records.longestWaitNanos() == Waitable.FOREVER);
      assertEquals(0, loop.await(0));
      assertTrue(producer.offer(1, message, 0, 8) > 0);
      assertEquals(1, loop.await(0), "it has a place, and is woken");
      assertEquals(1, ring.counters().waitsWithoutPlace());
      records.cancelWait();
    }
  }

  @Test
  void aDeathIsToldWithoutAPlace() {
    try (Ring ring = Ring.create(ONE_PLACE.maxProducers(2));
        Consumer first = taking(ring);
        Consumer second = ring.addConsumer(GroupOptions.named("second"));
        RingProcess child = RingProcess.joinedTo(ring);
        Epoll loop = new Epoll()) {
      child.run("producer p");
      Waitable records = second.waitForRecords();
      loop.add(records.descriptor(), Epoll.IN, 1);
      assertTrue(records.prepareWait());
      assertEquals(0, loop.await(0));
      child.kill();
      assertEquals(1, loop.await((int) SOON.toMillis()));
      first.waitForRecords().cancelWait();
    }
  }

  @Test
  void wakeUpsAndInterruptsWorkWithoutAPlaceAndAPollerTakesOneIn() {
    try (Ring ring = Ring.create(ONE_PLACE);
        Consumer first = taking(ring);
        Consumer second = ring.addConsumer(GroupOptions.named("second"));
        Producer producer = ring.addProducer();
        RingPoller poller = new RingPoller()) {
      second.wakeup();
      assertEquals(0, second.poll(IGNORE, 1, WaitStrategy.blocking(), Waitable.FOREVER));
      Thread.currentThread().interrupt();
      assertEquals(0, second.poll(IGNORE, 1, WaitStrategy.blocking(), Waitable.FOREVER));
      assertTrue(Thread.interrupted());
      AtomicInteger got = new AtomicInteger();
      poller.add(second.waitForRecords(), () -> got.addAndGet(second.poll(IGNORE, 10)));
      assertEquals(0, poller.await(1));
      assertTrue(producer.offer(1, message, 0, 8) > 0);
      assertEquals(1, poller.await(Waitable.FOREVER));
      assertEquals(1, got.get());
      assertFalse(first.waitForRecords().prepareWait());
    }
  }
}
