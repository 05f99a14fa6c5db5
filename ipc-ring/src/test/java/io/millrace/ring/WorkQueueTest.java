package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Epoll;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Of those who wait for the same, one is woken; and somebody else if it takes not all, goes away,
 * or is late.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkQueueTest {
  private static final GroupOptions WORKERS = GroupOptions.named("workers").shared();
  private static final GroupOptions OTHERS = GroupOptions.named("others").shared();
  private static final RecordHandler IGNORE = (type, buffer, offset, length) -> {};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[40_000]);
  private final Ring ring = Ring.create(RingOptions.capacity(MIN_CAPACITY).maxWaiters(16));

  /** A wait in an event loop of its own, all on this thread. */
  private static final class Sleeper implements AutoCloseable {
    private final Waitable waitable;
    private final Epoll loop = new Epoll();

    Sleeper(Waitable waitable) {
      this.waitable = waitable;
      loop.add(waitable.descriptor(), Epoll.IN, 1);
      fallAsleep();
    }

    void fallAsleep() {
      assertTrue(waitable.prepareWait());
      assertFalse(isWoken());
    }

    boolean isWoken() {
      return loop.await(0) > 0;
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  private static long woken(List<Sleeper> sleepers) {
    return sleepers.stream().filter(Sleeper::isWoken).count();
  }

  private List<Consumer> consumers(GroupOptions group, int count) {
    List<Consumer> consumers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      consumers.add(ring.addConsumer(group));
    }
    return consumers;
  }

  private static List<Sleeper> asleep(List<Consumer> consumers) {
    return consumers.stream().map(Consumer::waitForRecords).map(Sleeper::new).toList();
  }

  private void close(List<? extends AutoCloseable> all) throws Exception {
    for (AutoCloseable one : all) {
      one.close();
    }
  }

  @Test
  void aRecordWakesOneOfEachSharedGroupAndEverybodyElse() throws Exception {
    List<Consumer> workers = consumers(WORKERS, 5);
    List<Consumer> others = consumers(OTHERS, 3);
    try (Producer producer = ring.addProducer();
        Consumer one = ring.addConsumer(GroupOptions.named("one"));
        Consumer two = ring.addConsumer(GroupOptions.named("two"));
        Observer observer = ring.addObserver();
        Observer second = ring.addObserver()) {
      List<Sleeper> working = asleep(workers);
      List<Sleeper> helping = asleep(others);
      List<Sleeper> alone =
          List.of(
              new Sleeper(one.waitForRecords()),
              new Sleeper(two.waitForRecords()),
              new Sleeper(observer.waitForRecords()),
              new Sleeper(second.waitForRecords()));
      assertTrue(producer.offer(1, message, 0, 8) > 0);
      assertEquals(1, woken(working));
      assertEquals(1, woken(helping));
      assertEquals(4, woken(alone));
      assertEquals(6, ring.counters().producers().get(0).wakeUps());
      // The next record wakes one more: the first one may have its hands full.
      assertTrue(producer.offer(1, message, 0, 8) > 0);
      assertEquals(2, woken(working));
      assertEquals(8, ring.counters().producers().get(0).wakeUps());
      close(working);
      close(helping);
      close(alone);
    }
    close(workers);
    close(others);
    ring.close();
  }

  @Test
  void whoIsWokenWakesTheNextBeforeItsHandlerIfThereIsMore() throws Exception {
    List<Consumer> workers = consumers(WORKERS, 3);
    try (Producer producer = ring.addProducer()) {
      List<Sleeper> sleepers = asleep(workers);
      try (Batch batch = producer.tryBatch(2, 8)) {
        assertTrue(batch.add(1, message, 0, 8) && batch.add(1, message, 0, 8));
      }
      for (int i = 0; i < 2; i++) {
        assertTrue(sleepers.get(i).isWoken());
        assertFalse(sleepers.get(i + 1).isWoken());
        sleepers.get(i).waitable.cancelWait();
        boolean expected = i == 0;
        int next = i + 1;
        int delivered =
            workers
                .get(i)
                .poll(
                    (type, buffer, offset, length) ->
                        assertEquals(expected, sleepers.get(next).isWoken()),
                    1);
        assertEquals(1, delivered);
      }
      assertEquals(1, ring.counters().consumers().get(0).wakeUps());
      close(sleepers);
    }
    close(workers);
    ring.close();
  }

  /** It looked, found nothing, and was counted on in the moment in which it gave up. */
  @Test
  void whoEndsItsWaitInsteadOfLookingHandsTheWakeUpOn() throws Exception {
    List<Consumer> workers = consumers(WORKERS, 2);
    try (RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      List<Sleeper> sleepers = asleep(workers);
      child.runUpTo(SIGNALLED, 1, "offer p 0 40");
      sleepers.get(0).waitable.cancelWait();
      assertFalse(sleepers.get(1).isWoken());
      child.go();
      child.finish("offer");
      assertTrue(sleepers.get(1).isWoken());
      close(sleepers);
    }
    close(workers);
    ring.close();
  }

  /** A waker that is late must not take the sleeper's next sleep for told. */
  @ParameterizedTest
  @ValueSource(strings = {"exclusive", "shared"})
  void aLateWakerDoesNotCountForTheNextSleep(String kind) throws Exception {
    GroupOptions group = GroupOptions.named("g");
    try (Consumer consumer = ring.addConsumer(kind.equals("shared") ? group.shared() : group);
        Producer producer = ring.addProducer();
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      try (Sleeper sleeper = new Sleeper(consumer.waitForRecords())) {
        child.runUpTo(SIGNALLED, 1, "offer p 0 40");
        assertTrue(sleeper.isWoken());
        sleeper.waitable.cancelWait();
        assertEquals(1, consumer.poll(IGNORE, 10));
        sleeper.fallAsleep();
        child.go();
        child.finish("offer");
        assertTrue(producer.offer(1, message, 0, 8) > 0);
        assertTrue(sleeper.isWoken());
      }
    }
    ring.close();
  }

  @Test
  void ofTheWokenOneWhoIsStoppedTheRecordGoesToAnother() throws Exception {
    try (Producer producer = ring.addProducer();
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c workers s");
      child.send("await c 1");
      io.millrace.testkit.Signals.awaitSleepersInEpoll(child.pid(), 1);
      try (Consumer consumer = ring.addConsumer(WORKERS)) {
        Sleeper sleeper = new Sleeper(consumer.waitForRecords());
        long longest = untilSettled(sleeper);
        assertTrue(longest <= 2_000_000_000L, "others look again within a bound: " + longest);
        io.millrace.testkit.Signals.awaitSleepersInEpoll(child.pid(), 1);
        child.stop();
        assertTrue(producer.offer(1, message, 0, 8) > 0);
        assertFalse(sleeper.isWoken());
        sleeper.waitable.cancelWait();
        sleeper.close();
        assertEquals(1, consumer.poll(IGNORE, 1, WaitStrategy.blocking(), SOON.toNanos()));
        child.resume();
        child.kill();
      }
    }
    ring.close();
  }

  @Test
  void ofTheWokenOneWhoIsKilledTheRecordGoesToAnotherAtOnce() throws Exception {
    try (Producer producer = ring.addProducer();
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c workers s");
      child.send("await c 1");
      io.millrace.testkit.Signals.awaitSleepersInEpoll(child.pid(), 1);
      try (Consumer consumer = ring.addConsumer(WORKERS);
          Sleeper sleeper = new Sleeper(consumer.waitForRecords())) {
        io.millrace.testkit.Signals.awaitSleepersInEpoll(child.pid(), 1);
        child.stop();
        assertTrue(producer.offer(1, message, 0, 8) > 0);
        assertFalse(sleeper.isWoken());
        child.kill();
        assertTrue(sleeper.loop.await((int) SOON.toMillis()) > 0);
        assertFalse(sleeper.waitable.prepareWait());
        assertEquals(1, consumer.poll(IGNORE, 1));
      }
    }
    ring.close();
  }

  /** It died asleep, and its waker is just about to count it as woken. */
  @Test
  void aWakerThatFindsTheDeadWakesAnother() throws Exception {
    try (RingProcess dying = RingProcess.joinedTo(ring);
        RingProcess waking = RingProcess.joinedTo(ring)) {
      waking.run("producer p");
      fallAsleep(dying);
      try (Consumer consumer = ring.addConsumer(WORKERS);
          Sleeper sleeper = new Sleeper(consumer.waitForRecords())) {
        stopAsleep(dying);
        waking.runUpTo(SIGNALLED, 1, "offer p 0 40");
        dying.kill();
        assertTrue(sleeper.loop.await((int) SOON.toMillis()) > 0, "the death");
        assertFalse(sleeper.waitable.prepareWait());
        sleeper.waitable.cancelWait();
        assertEquals(1, consumer.poll(IGNORE, 10));
        sleeper.fallAsleep();
        waking.go();
        waking.finish("offer");
        assertTrue(sleeper.isWoken());
      }
    }
    ring.close();
  }

  /**
   * It was counted as woken and is dead: the one that takes its place away, or takes it, wakes
   * another.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoBuriesTheWokenOneWakesAnother(boolean takesThePlace) throws Exception {
    try (Producer producer = ring.addProducer();
        Consumer other = ring.addConsumer(GroupOptions.named("other"));
        RingProcess dying = RingProcess.joinedTo(ring)) {
      fallAsleep(dying);
      try (Consumer consumer = ring.addConsumer(WORKERS);
          Sleeper sleeper = new Sleeper(consumer.waitForRecords())) {
        stopAsleep(dying);
        assertTrue(producer.offer(1, message, 0, 8) > 0);
        WaiterSlot slot = ring.core.memory.waiters[1];
        assertEquals(WAITING, slot.phase() & PHASE_MASK);
        dying.kill();
        if (takesThePlace) {
          other.waitForRecords().prepareWait();
        } else {
          ring.core.signals.deadSleepers().clear();
        }
        assertEquals(NOTIFIED, slot.phase() & PHASE_MASK);
        assertTrue(sleeper.isWoken());
        other.waitForRecords().cancelWait();
      }
    }
    ring.close();
  }

  /** In the first place for sleepers. */
  private static void fallAsleep(RingProcess process) {
    process.run("consumer c workers s");
    process.send("await c 1");
    io.millrace.testkit.Signals.awaitSleepersInEpoll(process.pid(), 1);
  }

  /** Asleep again, after it was told that somebody has joined. */
  private static void stopAsleep(RingProcess process) {
    io.millrace.testkit.Signals.awaitSleepersInEpoll(process.pid(), 1);
    process.stop();
  }

  /** The end of the short first sleep. */
  private static long untilSettled(Sleeper sleeper) {
    long longest = sleeper.waitable.longestWaitNanos();
    while (longest == 1_000_000) {
      assertTrue(sleeper.waitable.prepareWait());
      longest = sleeper.waitable.longestWaitNanos();
    }
    return longest;
  }

  @Test
  void whoSharesWithNobodySleepsForEver() throws Exception {
    try (Consumer alone = ring.addConsumer(WORKERS);
        Consumer exclusive = ring.addConsumer(GroupOptions.named("one"));
        Observer observer = ring.addObserver()) {
      for (Waitable waitable :
          List.of(alone.waitForRecords(), exclusive.waitForRecords(), observer.waitForRecords())) {
        try (Sleeper sleeper = new Sleeper(waitable)) {
          assertEquals(Waitable.FOREVER, untilSettled(sleeper));
          waitable.cancelWait();
        }
      }
    }
    ring.close();
  }

  @Test
  void roomWakesOneProducerAfterTheOther() throws Exception {
    List<Producer> producers = new ArrayList<>();
    try (Consumer consumer = ring.addConsumer(GroupOptions.named("slow"))) {
      for (int i = 0; i < 3; i++) {
        producers.add(ring.addProducer());
      }
      while (producers.get(0).offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      List<Sleeper> sleepers =
          producers.stream().map(one -> new Sleeper(one.waitForSpace(1000))).toList();
      assertEquals(1, consumer.poll(IGNORE, 1));
      assertEquals(1, woken(sleepers));
      assertEquals(1, consumer.poll(IGNORE, 1));
      assertEquals(2, woken(sleepers));
      assertEquals(1, consumer.poll(IGNORE, 1));
      assertEquals(3, woken(sleepers));
      assertEquals(3, ring.counters().consumers().get(0).wakeUps());
      close(sleepers);
    }
    close(producers);
    ring.close();
  }

  /** A waiter that was woken and sleeps again comes behind those that still sleep. */
  @Test
  void eachProducerGetsItsTurn() throws Exception {
    try (Consumer consumer = ring.addConsumer(GroupOptions.named("slow"));
        Producer one = ring.addProducer();
        Producer two = ring.addProducer()) {
      while (one.offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      try (Sleeper first = new Sleeper(one.waitForSpace(1000));
          Sleeper second = new Sleeper(two.waitForSpace(1000))) {
        assertEquals(1, consumer.poll(IGNORE, 1));
        assertTrue(first.isWoken());
        first.waitable.cancelWait();
        assertTrue(one.offer(1, message, 0, 1000) > 0);
        first.fallAsleep();
        assertEquals(1, consumer.poll(IGNORE, 1));
        assertFalse(first.isWoken());
        assertTrue(second.isWoken());
      }
    }
    ring.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void roomThatIsTooLittleForTheWokenOneIsHandedOn(boolean ends) throws Exception {
    try (Consumer consumer = ring.addConsumer(GroupOptions.named("slow"));
        Producer greedy = ring.addProducer();
        Producer modest = ring.addProducer()) {
      while (greedy.offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      try (Sleeper first = new Sleeper(greedy.waitForSpace(30_000));
          Sleeper second = new Sleeper(modest.waitForSpace(1000))) {
        assertEquals(1, consumer.poll(IGNORE, 1));
        assertTrue(first.isWoken());
        assertFalse(second.isWoken());
        if (ends) {
          first.waitable.cancelWait();
        } else {
          assertTrue(first.waitable.prepareWait());
        }
        assertTrue(second.isWoken());
        second.waitable.cancelWait();
        assertTrue(modest.offer(1, message, 0, 1000) > 0);
        assertFalse(first.isWoken(), "they do not wake each other in turn");
      }
    }
    ring.close();
  }

  /** The first takes what it needs, and there is more. */
  @Test
  void roomThatTheWokenOneLeavesIsHandedOn() throws Exception {
    try (Consumer consumer = ring.addConsumer(GroupOptions.named("slow"));
        Producer one = ring.addProducer();
        Producer two = ring.addProducer()) {
      while (one.offer(1, message, 0, 1000) > 0) {
        // Until it is full.
      }
      try (Sleeper first = new Sleeper(one.waitForSpace(1000));
          Sleeper second = new Sleeper(two.waitForSpace(1000))) {
        assertEquals(2, consumer.poll(IGNORE, 2));
        assertTrue(first.isWoken());
        assertFalse(second.isWoken());
        first.waitable.cancelWait();
        assertTrue(second.isWoken());
      }
    }
    ring.close();
  }
}
