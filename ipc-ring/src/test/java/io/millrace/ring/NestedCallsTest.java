package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.LeavesNothingOpen;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a handler may call: everything but the handle that is delivering to it. That one refuses all
 * but position and name, and goes on as if nothing had been asked.
 */
@ExtendWith(LeavesNothingOpen.class)
class NestedCallsTest {
  private static final int RECORDS = 6;

  /** Something that delivers, and all that a handler might call on it. */
  private record Subject(AutoCloseable handle, Poll poll, Map<String, Runnable> nested)
      implements AutoCloseable {
    @Override
    public void close() {
      CloseHelper.close(handle);
    }
  }

  /** Delivers up to so many records. */
  private interface Poll {
    int poll(RecordHandler handler, int limit);
  }

  /** Makes a subject on a ring. */
  private record Kind(String name, java.util.function.Function<Ring, Subject> maker) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Kind> kinds() {
    return Stream.of(
        new Kind("exclusive", ring -> consumer(ring, GroupOptions.named("g"), false)),
        new Kind("exclusive, controlled", ring -> consumer(ring, GroupOptions.named("g"), true)),
        new Kind("shared", ring -> consumer(ring, GroupOptions.named("g").shared(), false)),
        new Kind(
            "shared, controlled", ring -> consumer(ring, GroupOptions.named("g").shared(), true)),
        new Kind("typed", NestedCallsTest::typed),
        new Kind("observer", NestedCallsTest::observer),
        new Kind("Agrona", NestedCallsTest::agrona),
        new Kind("Agrona, controlled", NestedCallsTest::agronaControlled),
        new Kind("poller", NestedCallsTest::poller));
  }

  private static Subject consumer(Ring ring, GroupOptions group, boolean controlled) {
    Consumer consumer = ring.addConsumer(group);
    Poll poll =
        controlled
            ? (handler, limit) -> consumer.controlledPoll(asControlled(handler), limit)
            : consumer::poll;
    return new Subject(consumer, poll, callsOf(consumer));
  }

  private static Map<String, Runnable> callsOf(Consumer consumer) {
    RecordHandler ignore = (type, buffer, offset, length) -> {};
    Waitable records = consumer.waitForRecords();
    Map<String, Runnable> calls = new LinkedHashMap<>();
    calls.put("poll", () -> consumer.poll(ignore, 10));
    calls.put("controlledPoll", () -> consumer.controlledPoll(asControlled(ignore), 10));
    calls.put("waiting poll", () -> consumer.poll(ignore, 10, WaitStrategy.blocking(), 1_000_000));
    calls.put("isReady", records::isReady);
    calls.put("await", () -> records.await(1_000_000));
    calls.put("prepareWait", records::prepareWait);
    calls.put("close", consumer::close);
    return calls;
  }

  private static ControlledRecordHandler asControlled(RecordHandler handler) {
    return (type, buffer, offset, length, redelivered) -> {
      handler.onRecord(type, buffer, offset, length);
      return ControlledRecordHandler.Action.CONTINUE;
    };
  }

  private static Subject typed(Ring ring) {
    Consumer consumer = ring.addConsumer(GroupOptions.named("g"));
    RecordHandler[] current = new RecordHandler[1];
    TypedConsumer typed =
        new TypedConsumer(consumer)
            .on(
                1,
                (buffer, offset, length) -> buffer,
                message -> current[0].onRecord(1, message, 0, 8));
    Map<String, Runnable> calls = callsOf(consumer);
    calls.put("typed poll", () -> typed.poll(10));
    return new Subject(
        consumer,
        (handler, limit) -> {
          current[0] = handler;
          return typed.poll(limit);
        },
        calls);
  }

  private static Subject observer(Ring ring) {
    Observer observer = ring.addObserver();
    return new Subject(
        observer,
        observer::poll,
        Map.of(
            "poll", () -> observer.poll((t, b, o, l) -> {}, 10), "close", () -> observer.close()));
  }

  private static Subject agrona(Ring ring) {
    AgronaRingBuffer buffer = AgronaRingBuffer.of(ring, "g");
    return new Subject(
        buffer, (handler, limit) -> buffer.read(handler::onRecord, limit), callsOf(buffer));
  }

  private static Subject agronaControlled(Ring ring) {
    AgronaRingBuffer buffer = AgronaRingBuffer.of(ring, "g");
    return new Subject(
        buffer,
        (handler, limit) ->
            buffer.controlledRead(
                (type, data, offset, length) -> {
                  handler.onRecord(type, data, offset, length);
                  return ControlledMessageHandler.Action.CONTINUE;
                },
                limit),
        callsOf(buffer));
  }

  private static Map<String, Runnable> callsOf(AgronaRingBuffer buffer) {
    return Map.of(
        "read",
        () -> buffer.read((type, data, offset, length) -> {}),
        "controlledRead",
        () -> buffer.controlledRead((t, b, o, l) -> ControlledMessageHandler.Action.CONTINUE),
        "unblock",
        buffer::unblock,
        "close",
        buffer::close);
  }

  private static Subject poller(Ring ring) {
    Consumer consumer = ring.addConsumer(GroupOptions.named("g"));
    RingPoller poller = new RingPoller();
    RecordHandler[] current = new RecordHandler[1];
    int[] polled = new int[1];
    poller.add(consumer.waitForRecords(), () -> polled[0] += consumer.poll(current[0], 10));
    return new Subject(
        poller,
        (handler, limit) -> {
          current[0] = handler;
          polled[0] = 0;
          poller.await(0);
          return polled[0];
        },
        Map.of("await", () -> poller.await(0), "close", poller::close));
  }

  private static void fill(Producer producer) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    for (int i = 0; i < RECORDS; i++) {
      message.putLong(0, i);
      assertTrue(producer.offer(1, message, 0, 8) > 0);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void theHandleThatDeliversRefusesItsHandlerAndGoesOn(Kind kind) {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Producer producer = ring.addProducer()) {
      try (Subject subject = kind.maker.apply(ring)) {
        fill(producer);
        List<Long> seen = new ArrayList<>();
        RecordHandler curious =
            (type, buffer, offset, length) -> {
              long value = buffer.getLong(offset);
              if (value == 2) {
                subject.nested.forEach(
                    (name, call) -> assertThrows(IllegalStateException.class, call::run, name));
              }
              assertEquals(value, buffer.getLong(offset), "what the handler has stays as it is");
              seen.add(value);
            };
        int count = 0;
        while (count < RECORDS) {
          count += subject.poll.poll(curious, 10);
        }
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), seen);
        assertEquals(0, subject.poll.poll(curious, 10));
        fill(producer);
        assertEquals(RECORDS, subject.poll.poll((t, b, o, l) -> {}, 10));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void allOtherHandlesMayBeUsedInAHandler(Kind kind) {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Producer producer = ring.addProducer();
        Consumer other = ring.addConsumer(GroupOptions.named("other"));
        Observer observer = ring.addObserver()) {
      try (Subject subject = kind.maker.apply(ring)) {
        fill(producer);
        int[] elsewhere = {0, 0};
        UnsafeBuffer answer = new UnsafeBuffer(new byte[8]);
        int count =
            subject.poll.poll(
                (type, buffer, offset, length) -> {
                  assertTrue(producer.offer(1, answer, 0, 8) > 0);
                  producer.commit(producer.tryClaim(1, 8));
                  elsewhere[0] += other.poll((t, b, o, l) -> {}, 100);
                  elsewhere[1] += observer.poll((t, b, o, l) -> {}, 100);
                  ring.counters().consumers();
                  try (Consumer late = ring.addConsumer(GroupOptions.named("late"))) {
                    assertEquals("late", late.group());
                  }
                  if (subject.handle instanceof Consumer consumer) {
                    assertEquals("g", consumer.group());
                    assertTrue(consumer.position() >= 0);
                  }
                },
                RECORDS);
        assertTrue(count >= RECORDS);
        assertEquals(RECORDS + 2 * count, elsewhere[0]);
        assertEquals(RECORDS + 2 * count, elsewhere[1]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aHandlerThatClosesTheRingGetsNoMore(Kind kind) {
    Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
    Producer producer = ring.addProducer();
    Subject subject = kind.maker.apply(ring);
    fill(producer);
    List<Long> seen = new ArrayList<>();
    subject.poll.poll(
        (type, buffer, offset, length) -> {
          ring.close();
          assertThrows(ClosedException.class, () -> producer.offer(1, buffer, offset, 8));
          seen.add(buffer.getLong(offset));
        },
        10);
    assertEquals(List.of(0L), seen);
    if (subject.handle instanceof RingPoller) {
      subject.close();
    }
    assertThrows(ClosedException.class, () -> subject.poll.poll((t, b, o, l) -> {}, 10));
  }

  @Test
  void aHandleWhoseThreadRanOutOfStackGoesOn() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(GroupOptions.named("g"));
        Observer observer = ring.addObserver()) {
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      for (int i = 0; i < 50; i++) {
        assertThrows(StackOverflowError.class, () -> deeper(producer, consumer, observer, message));
        long[] last = {0};
        message.putLong(0, i);
        assertTrue(producer.offer(1, message, 0, 8) > 0);
        while (consumer.poll((type, b, offset, l) -> last[0] = b.getLong(offset), 1000) > 0) {
          assertTrue(last[0] <= i);
        }
        assertEquals(i, last[0]);
        while (observer.poll((type, b, offset, l) -> {}, 1000) > 0) {
          assertTrue(observer.position() > 0);
        }
      }
    }
  }

  private static void deeper(
      Producer producer, Consumer consumer, Observer observer, MutableDirectBuffer message) {
    RecordHandler ignore = NestedCallsTest::ignore;
    producer.offer(1, message, 0, 8);
    consumer.poll(ignore, 10);
    observer.poll(ignore, 10);
    deeper(producer, consumer, observer, message);
  }

  private static void ignore(int type, DirectBuffer buffer, int offset, int length) {}
}
