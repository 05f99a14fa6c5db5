package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Processes that work on one ring and are killed and replaced again and again, and the check that
 * every record is accounted for.
 */
final class Storm implements AutoCloseable {
  static final Duration STUCK = Duration.ofSeconds(60);

  final Ring ring;
  final StormJournal journal;
  private final Random random;
  private final int producers;
  private final ChildProcess[] running;
  private final Starter starter;
  private final int maxLifeMillis;

  /** Starts the process for a place. */
  interface Starter {
    ChildProcess start(int place);
  }

  /**
   * A storm that has not begun.
   *
   * @param options the ring
   * @param producers how many there will be at most, dead ones included
   * @param places how many processes there are at once
   * @param maxLifeMillis how long to wait between two kills at most
   */
  Storm(
      RingOptions options,
      int producers,
      int places,
      int maxLifeMillis,
      Random random,
      Starter starter) {
    this.random = random;
    this.producers = producers;
    this.maxLifeMillis = maxLifeMillis;
    this.starter = starter;
    running = new ChildProcess[places];
    ring = Ring.create(options);
    journal = StormJournal.create(producers);
    // The retained groups exist from the first record on.
    ring.addConsumer(StormMember.ALONE).close();
    ring.addConsumer(StormMember.TOGETHER).close();
  }

  /** What a {@link StormMember} is told. */
  String told() {
    StringBuilder line = new StringBuilder();
    line.append(producers)
        .append(' ')
        .append(ProcessHandle.current().pid())
        .append(' ')
        .append(journal.descriptor());
    for (int number : ring.descriptors()) {
      line.append(' ').append(number);
    }
    return line.toString();
  }

  /** Kills so many processes, each at a random moment, and replaces them. */
  void rage(int kills) {
    for (int i = 0; i < kills; i++) {
      for (int place = 0; place < running.length; place++) {
        if (running[place] == null) {
          running[place] = starter.start(place);
        }
      }
      killOne();
      assertEquals(0, journal.violations(), this::said);
    }
  }

  private void killOne() {
    long life = TimeUnit.MILLISECONDS.toNanos(random.nextInt(maxLifeMillis));
    long came = journal.came();
    long start = System.nanoTime();
    while (System.nanoTime() - start < life || journal.came() == came) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      assertTrue(
          System.nanoTime() - start < STUCK.toNanos(),
          () -> "nothing has come for " + STUCK + ": " + ring.counters().groups() + said());
    }
    int place = random.nextInt(running.length);
    ChildProcess victim = running[place];
    running[place] = null;
    victim.close();
    assertEquals(137, victim.awaitExit(STUCK), () -> String.valueOf(victim.printed()));
  }

  /** Kills the rest, and checks that everything has come and every place can be used again. */
  void end() {
    killAll();
    drain();
    journal.checkAllCame();
    assertEquals(0, journal.violations(), this::said);
    Slots.assertReusable(ring, 0, 0, 0);
  }

  /** What the last ones left is taken by consumers of this process. */
  private void drain() {
    try (Consumer alone = ring.addConsumer(StormMember.ALONE);
        Consumer together = ring.addConsumer(StormMember.TOGETHER)) {
      RecordHandler one = new StormMember.Checker(journal, StormMember.ALONE);
      RecordHandler other = new StormMember.Checker(journal, StormMember.TOGETHER);
      long tail = ring.counters().position();
      long start = System.nanoTime();
      while (alone.position() < tail || together.position() < tail || together.findOrphans()) {
        alone.poll(one, 10, WaitStrategy.blocking(), 1_000_000);
        together.poll(other, 10, WaitStrategy.blocking(), 1_000_000);
        assertTrue(
            System.nanoTime() - start < STUCK.toNanos(),
            () -> "not drained up to " + tail + ": " + ring.counters().groups());
      }
    }
  }

  private String said() {
    StringBuilder all = new StringBuilder();
    Arrays.stream(running)
        .filter(child -> child != null)
        .forEach(child -> all.append('\n').append(child.printed()));
    return all.toString();
  }

  private void killAll() {
    journal.end();
    for (int place = 0; place < running.length; place++) {
      if (running[place] != null) {
        running[place].close();
        running[place] = null;
      }
    }
  }

  @Override
  public void close() {
    killAll();
    journal.close();
    ring.close();
  }
}
