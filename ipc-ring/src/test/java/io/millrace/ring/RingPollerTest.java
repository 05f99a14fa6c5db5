package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import io.millrace.MillraceException;
import io.millrace.os.EventFd;
import io.millrace.testkit.OpenDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingPollerTest {
  private static final RingOptions SMALL = RingOptions.capacity(64 * 1024);
  private static final GroupOptions ALL = GroupOptions.named("all");
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(30);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[40 * 1024]);
  private final List<String> seen = new ArrayList<>();

  @Test
  void whatIsReadyIsServedAndTheRestIsLeftAlone() {
    try (Ring first = Ring.create(SMALL);
        Ring second = Ring.create(SMALL);
        Consumer one = first.addConsumer(ALL);
        Consumer two = second.addConsumer(ALL);
        Producer producer = second.addProducer();
        EventFd event = EventFd.create();
        RingPoller poller = new RingPoller()) {
      poller.add(one.waitForRecords(), () -> seen.add("one " + poll(one)));
      poller.add(two.waitForRecords(), () -> seen.add("two " + poll(two)));
      poller.add(event.descriptor().number(), () -> seen.add("event " + event.drain()));

      assertEquals(0, poller.await(0));
      assertEquals(0, poller.await(1));
      producer.offer(7, message, 0, 8);
      assertEquals(1, poller.await(DEADLINE));
      event.signal();
      assertEquals(1, poller.await(DEADLINE));
      event.signal();
      producer.offer(8, message, 0, 8);
      assertEquals(2, poller.await(DEADLINE));
      assertEquals(0, poller.await(0));
      assertEquals(List.of("two 7", "event 1", "event 1", "two 8"), seen);
    }
  }

  @Test
  void roomToWriteCanBeWaitedForTogetherWithRecords() {
    try (Ring full = Ring.create(SMALL);
        Ring other = Ring.create(SMALL);
        Consumer slow = full.addConsumer(ALL);
        Producer producer = full.addProducer();
        Consumer consumer = other.addConsumer(ALL);
        RingPoller poller = new RingPoller()) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        seen.add("written");
      }
      seen.clear();
      poller.add(
          producer.waitForSpace(1000),
          () -> {
            assertTrue(producer.offer(2, message, 0, 1000) > 0);
            seen.add("room");
          });
      poller.add(consumer.waitForRecords(), () -> seen.add("record"));
      assertEquals(0, poller.await(1_000_000));
      Thread freeing = new Thread(() -> slow.poll((type, buffer, offset, length) -> {}, 1));
      freeing.start();
      assertEquals(1, poller.await(DEADLINE));
      assertEquals(List.of("room"), seen);
      join(freeing);
      assertTrue(poller.remove(producer.waitForSpace(1000)));
      assertFalse(poller.remove(producer.waitForSpace(1000)));
    }
  }

  @Test
  void handlersMayAddAndRemove() {
    try (Ring ring = Ring.create(SMALL);
        Consumer one = ring.addConsumer(GroupOptions.named("one"));
        Consumer two = ring.addConsumer(GroupOptions.named("two"));
        Producer producer = ring.addProducer();
        EventFd event = EventFd.create();
        RingPoller poller = new RingPoller()) {
      int number = event.descriptor().number();
      poller.add(
          one.waitForRecords(),
          () -> {
            poll(one);
            assertTrue(poller.remove(two.waitForRecords()));
            assertFalse(poller.remove(two.waitForRecords()));
            poller.add(number, () -> seen.add("event " + event.drain() + poller.remove(number)));
          });
      poller.add(two.waitForRecords(), () -> seen.add("two"));
      producer.offer(1, message, 0, 8);
      assertEquals(1, poller.await(DEADLINE));
      event.signal();
      assertEquals(1, poller.await(DEADLINE));
      event.signal();
      assertEquals(0, poller.await(0));
      assertEquals(List.of("event 1true"), seen);
      assertFalse(poller.remove(number));
    }
  }

  @Test
  void whatAHandlerThrowsComesOutAndTheNextCallGoesOn() {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer();
        RingPoller poller = new RingPoller()) {
      poller.add(
          consumer.waitForRecords(),
          () ->
              consumer.poll(
                  new RecordHandler() {
                    @Override
                    public void onRecord(
                        int type, org.agrona.DirectBuffer buffer, int offset, int length) {
                      throw new IllegalStateException("first time");
                    }

                    @Override
                    public void onRedelivery(
                        int type, org.agrona.DirectBuffer buffer, int offset, int length) {
                      seen.add("again");
                    }
                  },
                  1));
      producer.offer(1, message, 0, 8);
      assertThrows(IllegalStateException.class, () -> poller.await(DEADLINE));
      assertEquals(1, poller.await(DEADLINE));
      assertEquals(List.of("again"), seen);
    }
  }

  @Test
  @SuppressWarnings("try") // Closed in the middle: that is what is tested.
  void misuseIsToldClearly() throws InterruptedException {
    try (Ring ring = Ring.create(SMALL);
        Consumer consumer = ring.addConsumer(ALL);
        EventFd event = EventFd.create()) {
      RingPoller poller = new RingPoller();
      poller.add(consumer.waitForRecords(), () -> {});
      assertThrows(
          IllegalArgumentException.class, () -> poller.add(consumer.waitForRecords(), () -> {}));
      int number = event.descriptor().number();
      poller.add(number, () -> {});
      IllegalArgumentException twice =
          assertThrows(IllegalArgumentException.class, () -> poller.add(number, () -> {}));
      assertEquals("descriptor " + number + " is in this poller already", twice.getMessage());
      assertThrows(MillraceException.class, () -> poller.add(1 << 20, () -> {}));

      Thread other =
          new Thread(() -> assertThrows(ForeignThreadException.class, () -> poller.await(0)));
      AtomicReference<Throwable> failed = new AtomicReference<>();
      other.setUncaughtExceptionHandler((thread, failure) -> failed.set(failure));
      other.start();
      other.join();
      assertNull(failed.get());

      Waitable records = consumer.waitForRecords();
      poller.remove(records);
      consumer.close();
      assertThrows(ClosedException.class, records::isReady);
      assertThrows(ClosedException.class, records::prepareWait);
      assertThrows(ClosedException.class, records::descriptor);
      assertThrows(ClosedException.class, () -> records.await(1));
      records.cancelWait();
      poller.close();
      assertThrows(ClosedException.class, () -> poller.await(0));
    }
  }

  @Test
  void noDescriptorIsLeftOpen() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Ring ring = Ring.create(SMALL);
              Consumer consumer = ring.addConsumer(ALL);
              RingPoller poller = new RingPoller()) {
            poller.add(consumer.waitForRecords(), () -> {});
            assertEquals(0, poller.await(1));
          }
        });
  }

  private static int poll(Consumer consumer) {
    int[] last = {-1};
    assertEquals(1, consumer.poll((type, buffer, offset, length) -> last[0] = type, 10));
    return last[0];
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interruption);
    }
  }
}
