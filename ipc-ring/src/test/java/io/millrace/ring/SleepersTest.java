package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
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

  @AfterAll
  static void stopWarm() {
    RingProcess.stopWarm();
  }

  /** Waits until so many producers sleep. */
  static void awaitSpaceSleepers(Ring ring, int count) {
    Eventually.await(
        count + " producers sleep",
        SOON,
        () -> Long.bitCount(ring.memory().header.getLongVolatile(SPACE_WAITERS_OFFSET)) == count);
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
      survivors.awaitAsleep();
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

  /** A polling sleeper would need a few ticks a second, a spinning one two seconds. */
  @Test
  void whoSleepsUsesNoProcessorTime() throws Exception {
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
      assertSleeps(consumer.pid());
      producer.run("offer p 0 40");
      consumer.finish("await");
      producer.run("fill p 1 1000");
      producer.send("press p 1 1000");
      awaitSpaceSleepers(ring, 1);
      assertSleeps(producer.pid());
    }
  }

  private static void assertSleeps(int pid) throws IOException {
    settle(pid);
    long ticks = ticks(pid);
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(2)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    long used = ticks(pid) - ticks;
    assertTrue(used <= 10, "used " + used + " ticks of 10 ms in 2 s of sleep");
  }

  /** What the JVM itself still does in the background is not the sleeper's. */
  private static void settle(int pid) {
    long[] last = {ticks(pid), System.nanoTime()};
    Eventually.await(
        "the JVM of " + pid + " is quiet",
        SOON,
        () -> {
          long now = ticks(pid);
          if (now - last[0] > 1) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > TimeUnit.MILLISECONDS.toNanos(300);
        });
  }

  private static long ticks(int pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
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
