package io.millrace.ring;

import static io.millrace.ring.RingProcess.SOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/**
 * Every argument of every method has a meaning or is refused before anything was done: a limit
 * below 1 delivers nothing and waits for nothing, a time of 0 or less does not wait, {@code null}
 * is refused.
 */
@Timeout(120)
class ArgumentsTest {
  private static final RecordHandler IGNORE = (type, buffer, offset, length) -> {};
  private static final ControlledRecordHandler GO_ON =
      (type, buffer, offset, length, again) -> ControlledRecordHandler.Action.CONTINUE;
  private static final WaitStrategy BLOCKING = WaitStrategy.blocking();
  private static final int[] NO_LIMITS = {0, -1, Integer.MIN_VALUE};
  private static final long[] NO_TIMES = {0, -1, Long.MIN_VALUE};
  private static final long[] LONG_TIMES = {Waitable.FOREVER, Waitable.FOREVER - 1, 1L << 62};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);
  private final Ring ring = Ring.create(RingOptions.capacity(RingLayout.MIN_CAPACITY));
  private final Producer producer = ring.addProducer();
  private final Consumer exclusive = ring.addConsumer(GroupOptions.named("one"));
  private final Consumer shared = ring.addConsumer(GroupOptions.named("some").shared());
  private final Observer observer = ring.addObserver();
  private final TypedConsumer typed =
      new TypedConsumer(ring.addConsumer(GroupOptions.named("typed"))).otherwise(IGNORE);
  private final AgronaRingBuffer agrona = AgronaRingBuffer.of(ring, "agrona");

  /** A poll of any kind with a limit, with and without a wait. */
  private interface Poll {
    int poll(int limit, WaitStrategy wait, long nanos);
  }

  private List<Poll> waiting() {
    return List.of(
        (limit, wait, nanos) -> exclusive.poll(IGNORE, limit, wait, nanos),
        (limit, wait, nanos) -> shared.poll(IGNORE, limit, wait, nanos),
        (limit, wait, nanos) -> observer.poll(IGNORE, limit, wait, nanos),
        (limit, wait, nanos) -> typed.poll(limit, wait, nanos));
  }

  private List<Poll> looking() {
    return List.of(
        (limit, wait, nanos) -> exclusive.poll(IGNORE, limit),
        (limit, wait, nanos) -> exclusive.controlledPoll(GO_ON, limit),
        (limit, wait, nanos) -> shared.poll(IGNORE, limit),
        (limit, wait, nanos) -> shared.controlledPoll(GO_ON, limit),
        (limit, wait, nanos) -> observer.poll(IGNORE, limit),
        (limit, wait, nanos) -> typed.poll(limit),
        (limit, wait, nanos) -> agrona.read((t, b, o, l) -> {}, limit));
  }

  private void write() {
    assertTrue(producer.offer(1, message, 0, 8) > 0);
  }

  private void fill() {
    while (producer.offer(1, message, 0, 1000) > 0) {
      // Until it is full.
    }
  }

  @AfterEach
  void nothingWasDone() {
    CloseHelper.closeAll(agrona, observer, shared, exclusive, producer, ring);
  }

  @Test
  void aLimitBelowOneDeliversNothingAndWaitsForNothing() {
    agrona.read((t, b, o, l) -> {}, 1);
    for (boolean there : new boolean[] {false, true}) {
      if (there) {
        write();
      }
      for (int limit : NO_LIMITS) {
        for (Poll poll : looking()) {
          assertEquals(0, poll.poll(limit, null, 0));
        }
        for (Poll poll : waiting()) {
          for (WaitStrategy wait : strategies()) {
            assertEquals(0, poll.poll(limit, wait, Waitable.FOREVER));
          }
        }
      }
    }
    for (Poll poll : waiting()) {
      assertEquals(1, poll.poll(Integer.MAX_VALUE, BLOCKING, Waitable.FOREVER));
    }
    assertEquals(1, agrona.read((t, b, o, l) -> {}));
  }

  private static List<WaitStrategy> strategies() {
    return List.of(
        BLOCKING,
        WaitStrategy.spinning(),
        WaitStrategy.idling(new org.agrona.concurrent.SleepingMillisIdleStrategy(1)),
        WaitStrategy.spinningThenBlocking(0),
        WaitStrategy.spinningThenBlocking(-1),
        WaitStrategy.spinningThenBlocking(Long.MIN_VALUE),
        WaitStrategy.spinningThenBlocking(1000),
        WaitStrategy.spinningThenBlocking(Long.MAX_VALUE));
  }

  @Test
  void aTimeOfZeroOrLessDoesNotWait() {
    try (RingPoller poller = new RingPoller()) {
      poller.add(exclusive.waitForRecords(), () -> {});
      for (long nanos : NO_TIMES) {
        for (WaitStrategy wait : strategies()) {
          for (Poll poll : waiting()) {
            assertEquals(0, poll.poll(1, wait, nanos));
          }
          assertTrue(!wait.await(exclusive.waitForRecords(), nanos));
        }
        assertTrue(!exclusive.waitForRecords().await(nanos));
        assertEquals(0, poller.await(nanos));
      }
    }
    fill();
    for (long nanos : NO_TIMES) {
      for (WaitStrategy wait : strategies()) {
        assertEquals(-1, producer.offer(1, message, 0, 1000, wait, nanos));
      }
    }
  }

  /** The record comes when they sleep already; with a limit that overflows they would not. */
  @Test
  void aLongTimeIsNotTakenForAShortOne() throws InterruptedException {
    List<WaitStrategy> sleeping =
        strategies().stream().filter(wait -> wait != strategies().get(1)).toList();
    for (long nanos : LONG_TIMES) {
      for (WaitStrategy wait : List.of(sleeping.get(0), sleeping.get(4), sleeping.get(5))) {
        Consumer consumer = ring.addConsumer(GroupOptions.named("long"));
        int[] got = {-1};
        Thread sleeper =
            new Thread(
                () -> {
                  got[0] = consumer.poll(IGNORE, 1, wait, nanos);
                  consumer.close();
                });
        sleeper.start();
        Eventually.await(
            "it sleeps",
            SOON,
            () -> ring.core.memory.words.dataWaiters.get() != 0 || !sleeper.isAlive());
        write();
        sleeper.join(SOON.toMillis());
        assertEquals(1, got[0]);
      }
    }
  }

  @Test
  void nullIsRefusedAndNothingIsDone() {
    agrona.read((t, b, o, l) -> {}, 1);
    write();
    long position = ring.counters().position();
    UnsafeBuffer source = message;
    DirectBuffer none = null;
    List<Executable> wrong = new ArrayList<>();
    Stream.of(exclusive, shared)
        .forEach(
            consumer -> {
              wrong.add(() -> consumer.poll(null, 1));
              wrong.add(() -> consumer.poll(null, 0));
              wrong.add(() -> consumer.controlledPoll(null, 1));
              wrong.add(() -> consumer.poll(null, 1, BLOCKING, 0));
              wrong.add(() -> consumer.poll(IGNORE, 1, null, 0));
            });
    wrong.add(() -> observer.poll(null, 1));
    wrong.add(() -> observer.poll(null, 1, BLOCKING, 0));
    wrong.add(() -> observer.poll(IGNORE, 1, null, 0));
    wrong.add(() -> typed.poll(1, null, 0));
    wrong.add(() -> typed.otherwise(null));
    wrong.add(() -> typed.on(1, null, one -> {}));
    wrong.add(() -> typed.on(1, (buffer, offset, length) -> 1, null));
    wrong.add(() -> new TypedConsumer(null));
    wrong.add(() -> new TypedProducer<Integer>(producer, 1, null));
    wrong.add(() -> new TypedProducer<>(null, 1, encoder()));
    wrong.add(() -> new TypedProducer<>(producer, 1, encoder()).offer(1, null, 0));
    wrong.add(() -> producer.offer(1, none, 0, 0));
    wrong.add(() -> producer.offer(1, none, 0, 8));
    wrong.add(() -> producer.offer(1, source, 0, 4, none, 0, 4));
    wrong.add(() -> producer.offer(1, none, 0, 4, source, 0, 4));
    wrong.add(() -> producer.offer(1, source, 0, 8, null, 0));
    wrong.add(() -> producer.offer(1, none, 0, 8, BLOCKING, 0));
    wrong.add(() -> WaitStrategy.idling(null));
    wrong.add(() -> GroupOptions.named(null));
    wrong.add(() -> RingOptions.capacity(RingLayout.MIN_CAPACITY).name(null));
    wrong.add(() -> ring.addConsumer(null));
    wrong.add(() -> ring.addGroup(null));
    wrong.add(() -> ring.removeGroup(null));
    wrong.add(() -> Ring.create(null));
    wrong.add(() -> Ring.join((int[]) null));
    wrong.add(() -> AgronaRingBuffer.of(null, "g"));
    wrong.add(() -> AgronaRingBuffer.of(ring, null));
    wrong.add(() -> agrona.read((MessageHandler) null));
    wrong.add(() -> agrona.read((MessageHandler) null, 0));
    wrong.add(() -> agrona.controlledRead(null));
    wrong.add(() -> agrona.write(1, none, 0, 8));
    try (RingPoller poller = new RingPoller()) {
      wrong.add(() -> poller.add((Waitable) null, () -> {}));
      wrong.add(() -> poller.add(exclusive.waitForRecords(), null));
      wrong.add(() -> poller.add(0, null));
      for (int i = 0; i < wrong.size(); i++) {
        assertThrows(NullPointerException.class, wrong.get(i), "number " + i);
      }
    }
    assertEquals(position, ring.counters().position(), "something was claimed");
    // Nothing was delivered, and nothing is marked as redelivery.
    for (Poll poll : looking()) {
      poll.poll(1, null, 0);
    }
    assertEquals(
        List.of(0L, 0L, 0L, 0L),
        ring.counters().groups().stream().map(RingCounters.GroupCounters::redeliveries).toList());
  }

  private static RecordEncoder<Integer> encoder() {
    return new RecordEncoder<>() {
      @Override
      public int encodedLength(Integer value) {
        return 4;
      }

      @Override
      public void encode(Integer value, org.agrona.MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset, value);
      }
    };
  }

  @Test
  void whatIsOutOfRangeIsRefusedAndNothingIsDone() {
    long position = ring.counters().position();
    int tooLong = producer.maxMessageLength() + 1;
    for (Executable wrong :
        List.<Executable>of(
            () -> producer.waitForSpace(-1),
            () -> producer.waitForSpace(tooLong),
            () -> producer.offer(1, message, 0, -1, BLOCKING, 0),
            () -> producer.offer(1, message, 0, tooLong, BLOCKING, Waitable.FOREVER),
            () -> producer.offer(-1, message, 0, 8, BLOCKING, 0),
            () -> producer.tryClaim(1, tooLong),
            () -> producer.tryClaim(Integer.MIN_VALUE, 8),
            () -> producer.tryBatch(-1, 8),
            () -> producer.tryBatch(Integer.MAX_VALUE, tooLong - 1),
            () -> new TypedProducer<>(producer, -1, encoder()),
            () -> typed.on(-1, (buffer, offset, length) -> 1, one -> {}),
            () -> GroupOptions.named(""),
            () -> GroupOptions.named("a b"),
            () -> GroupOptions.named("x".repeat(64)),
            () -> RingOptions.capacity(0),
            () -> RingOptions.capacity(-1),
            () -> RingOptions.capacity(Integer.MIN_VALUE),
            () -> RingOptions.capacity(100_000),
            () -> options().maxProducers(0),
            () -> options().maxGroups(65),
            () -> options().maxConsumers(64),
            () -> options().maxWaiters(0),
            () -> options().name("x".repeat(300)),
            () -> options().name("a\0b"),
            () -> Ring.join(),
            () -> agrona.tryClaim(0, 8),
            () -> agrona.tryClaim(1, -1),
            () -> agrona.write(1, message, 0, tooLong))) {
      assertThrows(IllegalArgumentException.class, wrong);
    }
    assertThrows(IndexOutOfBoundsException.class, () -> producer.offer(1, message, 996, 8));
    assertThrows(IndexOutOfBoundsException.class, () -> producer.offer(1, message, -1, 0));
    assertEquals(position, ring.counters().position(), "something was claimed");
    try (Batch batch = producer.tryBatch(2, 8)) {
      assertThrows(IllegalArgumentException.class, () -> batch.add(1, message, 0, -1));
      assertThrows(IllegalArgumentException.class, () -> batch.add(-1, message, 0, 8));
      assertThrows(NullPointerException.class, () -> batch.add(1, null, 0, 8));
      assertThrows(NullPointerException.class, () -> batch.add(1, null, 0, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> batch.add(1, message, 996, 8));
      assertTrue(batch.add(1, message, 0, 8));
    }
    assertNull(ring.core.groups.find("never"));
  }

  private static RingOptions options() {
    return RingOptions.capacity(RingLayout.MIN_CAPACITY);
  }
}
