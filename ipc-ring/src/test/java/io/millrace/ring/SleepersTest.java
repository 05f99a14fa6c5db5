package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        () -> Long.bitCount(ring.memory().header.getLongVolatile(SPACE_WAITERS_OFFSET)) == count);
  }

  @Test
  void aTimeLimitIsNeverShortenedNorTakenForNone() {
    assertEquals(0, Waiter.millis(0));
    assertEquals(1, Waiter.millis(1));
    assertEquals(1, Waiter.millis(1_000_000));
    assertEquals(2, Waiter.millis(1_000_001));
    assertEquals(Integer.MAX_VALUE, Waiter.millis(Waitable.FOREVER - 1));
    assertEquals(-1, Waiter.millis(Waitable.FOREVER));
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
            "both sleep",
            SOON,
            () -> Long.bitCount(ring.memory().header.getLongVolatile(DATA_WAITERS_OFFSET)) == 2);
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
      while (producer.offer(message, 0, 1000, 1) > 0) {
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

  /** It has announced that it sleeps, and is on its way. */
  private static void awaitAsleep(RingProcess process) {
    Eventually.await("it sleeps", SOON, () -> Signals.states(process.pid()).equals(List.of("S")));
  }

  /**
   * One that polls every 10 ms would run fifty times in this while, one that spins all the time.
   */
  @Test
  void whoSleepsUsesNoProcessorTime() throws IOException {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess consumer = RingProcess.joinedTo(ring);
        RingProcess producer = RingProcess.joinedTo(ring)) {
      consumer.run("consumer c alone r");
      consumer.send("await c 1");
      producer.run("producer p");
      Eventually.await(
          "the consumer sleeps",
          SOON,
          () -> ring.memory().header.getLongVolatile(DATA_WAITERS_OFFSET) != 0);
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
    awaitAsleep(process);
    long before = runs(process.pid());
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(500)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    long ran = runs(process.pid()) - before;
    assertTrue(ran <= 3, "ran " + ran + " times in half a second of sleep");
  }

  /** How often the only thread of a process has gone to sleep or was pushed off its processor. */
  private static long runs(int pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.contains("ctxt_switches"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  private static void finish(Ring ring, Survivors survivors) {
    survivors.produceCapacities(3);
    survivors.awaitCaughtUp();
    survivors.assertAllGotOwnRecords("together", true);
    survivors.releaseProducer();
    Slots.assertReusable(ring, 0, 1, 1);
  }
}
