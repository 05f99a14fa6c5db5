package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Deadline;
import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sleepers and wakers are killed after each of their steps; sleeping costs nothing. */
class SleepersTest {
  private static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  private static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("sleepers")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(6)
          .maxWaiters(5);

  /** Waits until so many producers sleep. */
  static void awaitSpaceSleepers(Ring ring, int count) {
    Eventually.await(
        count + " producers sleep",
        SOON,
        () -> Long.bitCount(ring.core.memory.words.spaceWaiters.get()) == count);
  }

  @Test
  void aTimeLimitIsNeverShortenedNorTakenForNone() {
    assertEquals(0, Deadline.millis(0));
    assertEquals(1, Deadline.millis(1));
    assertEquals(1, Deadline.millis(1_000_000));
    assertEquals(2, Deadline.millis(1_000_001));
    assertEquals(Integer.MAX_VALUE, Deadline.millis(Waitable.FOREVER - 1));
    assertEquals(-1, Deadline.millis(Waitable.FOREVER));
  }

  /** Three sleep; the producer is killed before it has woken all. */
  @ParameterizedTest
  @CsvSource({
    "SIGNALLED, 1",
    "SLEEPER_NOTIFIED, 1",
    "SIGNALLED, 2",
    "SLEEPER_NOTIFIED, 2",
    "SIGNALLED, 3"
  })
  void sleepersAreWokenThoughTheirWakerIsKilled(Steps.Step step, int times) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors =
            new Survivors(ring, Manner.BLOCKING)
                .with(ALONE)
                .with(GroupOptions.named("other"))
                .with(TOGETHER);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      // So that no sleeper is woken by the join itself while the child wakes the others.
      survivors.awaitDeepAsleep();
      child.runUpTo(step, times, "offer p 0 40");
      child.kill();
      survivors.awaitCaughtUp();
      for (String group : new String[] {"alone", "other", "together"}) {
        Survivors.assertComplete(survivors.journal(group), 1, 1, true);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"WAIT_STORED", "WAITER_BIT_SET", "WAITER_BIT_CLEARED"})
  void aKilledSleepingConsumerCostsNothing(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(TOGETHER);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c fleeting s");
      child.run("arm " + step + " 1");
      child.send("await c 1");
      if (step == WAITER_BIT_CLEARED) {
        Eventually.await(
            "both sleep", SOON, () -> Long.bitCount(ring.core.memory.words.dataWaiters.get()) == 2);
        survivors.produce(1);
      }
      child.awaitStop(step);
      survivors.produce(1);
      child.kill();
      finish(ring, survivors);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"WAIT_STORED", "WAITER_BIT_SET", "WAITER_BIT_CLEARED"})
  void aKilledSleepingProducerCostsNothing(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      Consumer consumer = ring.addConsumer(TOGETHER);
      int count = Integer.parseInt(child.run("fill p 0 1000").split(" ")[0]);
      child.run("arm " + step + " 1");
      child.send("press p " + count + " 1000");
      if (step == WAITER_BIT_CLEARED) {
        awaitSpaceSleepers(ring, 1);
      }
      assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 1));
      if (step == WAITER_BIT_CLEARED) {
        child.awaitStop(step);
      }
      child.kill();
      consumer.close();
      try (Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(TOGETHER)) {
        survivors.awaitCaughtUp();
        finish(ring, survivors);
      }
    }
  }

  /**
   * A consumer shows a record, another one is faster, and the first puts it back only after the
   * producer has looked for room and gone to sleep.
   */
  @Test
  void aRecordThatIsPutBackWakesTheProducerThatItHeld() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Consumer other = ring.addConsumer(TOGETHER)) {
      child.run("consumer c together sr");
      int count = fill(ring);
      child.runUpTo(RECORD_SHOWN, 1, "poll c 1");
      assertEquals(count, other.poll((type, buffer, offset, length) -> {}, count));
      assertWokenBy(ring, child::go);
    }
  }

  /** The same with a position that a consumer holds because it would settle a claim there. */
  @Test
  void aHoleThatIsPutBackWakesTheProducerThatItHeld() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess producer = RingProcess.joinedTo(ring);
        Consumer other = ring.addConsumer(TOGETHER)) {
      child.run("consumer c together sr");
      producer.run("producer p");
      producer.runUpTo(TAIL_MOVED, 1, "offer p 0 40");
      child.runUpTo(HOLE_HELD, 1, "await c 1");
      producer.kill();
      int count = fill(ring);
      assertEquals(
          count,
          other.poll(
              (type, buffer, offset, length) -> {},
              count,
              WaitStrategy.blocking(),
              SOON.toNanos()));
      assertWokenBy(ring, child::go);
    }
  }

  private static int fill(Ring ring) {
    int count = 0;
    UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);
    try (Producer producer = ring.addProducer()) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        count++;
      }
    }
    return count;
  }

  private static void assertWokenBy(Ring ring, Runnable wake) {
    try (RingProcess presser = RingProcess.joinedTo(ring)) {
      presser.run("producer q");
      presser.send("press q 0 2000");
      awaitSpaceSleepers(ring, 1);
      Signals.awaitSleepersInEpoll(presser.pid(), 1);
      wake.run();
      presser.finish("press");
    }
  }

  /** Asleep for good, it does not run at all, however long that is and whatever else runs. */
  @Test
  void whoSleepsUsesNoProcessorTime() throws IOException {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess consumer = RingProcess.joinedTo(ring);
        RingProcess producer = RingProcess.joinedTo(ring)) {
      consumer.run("consumer c alone r");
      consumer.send("await c 1");
      producer.run("producer p");
      Eventually.await(
          "the consumer sleeps", SOON, () -> ring.core.memory.words.dataWaiters.get() != 0);
      assertSleeps(consumer);
      producer.run("offer p 0 40");
      consumer.finish("await");
      producer.run("fill p 1 1000");
      producer.send("press p 1 1000");
      awaitSpaceSleepers(ring, 1);
      assertSleeps(producer);
    }
  }

  private static void assertSleeps(RingProcess process) throws IOException {
    // In the kernel without a time limit: from here on only a wake-up could make it run.
    Signals.awaitSleepersInEpoll(process.pid(), 1);
    long before = runs(process.pid());
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(500)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    assertEquals(before, runs(process.pid()), "it ran while it slept");
  }

  /** How often the only thread of a process has gone to sleep or was pushed off its processor. */
  private static long runs(int pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.contains("ctxt_switches"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  /**
   * A loser lives, whose announcement covers the claim of a killed winner. That it gives up,
   * because the ring is full, is told to nobody: a member that sleeps there looks by itself.
   */
  @Test
  void whatNobodyAnnouncesIsLookedForEveryMillisecond() {
    try (Ring ring = Ring.create(OPTIONS.maxWaiters(1));
        RingProcess loser = RingProcess.joinedTo(ring);
        RingProcess winner = RingProcess.joinedTo(ring);
        Consumer consumer = ring.addConsumer(ALONE)) {
      ring.addGroup(GroupOptions.named("slow").retained());
      loser.run("producer p");
      winner.run("producer p");
      UnsafeBuffer message = new UnsafeBuffer(new byte[40]);
      int room = ring.capacity() / 64 - 1;
      try (Producer filler = ring.addProducer()) {
        for (int i = 0; i < room; i++) {
          assertTrue(filler.offer(2, message, 0, 0) > 0);
        }
      }
      assertEquals(room, consumer.poll((type, buffer, offset, length) -> {}, room + 1));
      loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 0 0");
      winner.runUpTo(TAIL_MOVED, 1, "offer p 0 0");
      winner.kill();
      // Also when the death is long known.
      Waitable records = consumer.waitForRecords();
      assertTrue(records.prepareWait());
      long start = System.nanoTime();
      for (int i = 0; i < 5 || System.nanoTime() - start < 20_000_000; i++) {
        assertTrue(records.prepareWait());
        assertTrue(records.longestWaitNanos() <= TimeUnit.MILLISECONDS.toNanos(1));
      }
      loser.go();
      assertEquals(Integer.toString(Producer.BACK_PRESSURED), loser.finish("offer"));
      assertFalse(records.prepareWait(), "the padding is there");
      records.cancelWait();
      assertEquals(0, consumer.poll((type, buffer, offset, length) -> {}, 1));
      assertEquals(ring.counters().position(), consumer.position());
    }
  }

  /** An observer is in no group, and settles nothing: it goes on behind the claim of the dead. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWaitingObserverPassesWhatAKilledProducerLeft(boolean sleeps) throws InterruptedException {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer();
        Observer observer = ring.addObserver()) {
      child.run("producer p");
      int[] got = {0};
      Thread sleeper =
          new Thread(
              () ->
                  got[0] =
                      observer.poll(
                          (type, buffer, offset, length) -> assertEquals(7, type),
                          1,
                          sleeps ? WaitStrategy.blocking() : WaitStrategy.spinning(),
                          Waitable.FOREVER));
      sleeper.start();
      if (sleeps) {
        Signals.awaitSleepersInEpoll(ring.core.membership.pid, 1);
      }
      child.runUpTo(TAIL_MOVED, 1, "offer p 0 40");
      child.kill();
      assertTrue(producer.offer(7, new UnsafeBuffer(new byte[8]), 0, 8) > 0);
      sleeper.join(SOON.toMillis());
      assertEquals(1, got[0]);
    }
  }

  /** It joins while another one sleeps deeply, and is killed with a claim in its way. */
  @Test
  void whoJoinsWhileOthersSleepIsWatchedToo() {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE);
        RingProcess child = RingProcess.joinedTo(ring)) {
      survivors.awaitDeepAsleep();
      child.run("producer p");
      survivors.awaitDeepAsleep();
      child.runUpTo(TAIL_MOVED, 1, "offer p 0 40");
      child.kill();
      survivors.awaitCaughtUp();
    }
  }

  private static void finish(Ring ring, Survivors survivors) {
    survivors.produceCapacities(3);
    survivors.awaitCaughtUp();
    survivors.assertAllGotOwnRecords("together", true);
    survivors.releaseProducer();
    Slots.assertReusable(ring, 0, 1, 1);
  }
}
