package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Many processes produce and consume at full speed and are killed at random moments, and every
 * record is accounted for.
 *
 * <p>{@code -Dmillrace.storm.kills=N}: how many members to kill, 500 by default. {@code
 * -Dmillrace.storm.seed=N}: which ones, when, and what they do until then.
 */
class StormTest {
  private static final int KILLS = Integer.getInteger("millrace.storm.kills", 500);
  private static final long SEED = Long.getLong("millrace.storm.seed", System.nanoTime());
  private static final int PROCESSES = 3;
  private static final int AHEAD = 2;
  private static final int MAX_LIFE_MILLIS = 150;
  private static final Duration STUCK = Duration.ofSeconds(60);

  /** Each process is killed as a whole, with all its members wherever they are. */
  private static final int STARTED = KILLS / StormMember.MEMBERS + PROCESSES + AHEAD + 1;

  private final Random random = new Random(SEED);
  private final Queue<ChildProcess> ahead = new ArrayDeque<>();
  private final List<ChildProcess> running = new ArrayList<>();
  private int started;

  @Test
  void everyRecordComesThoughMembersAreKilledAllTheTime() {
    System.out.println("storm of " + KILLS + " kills, -Dmillrace.storm.seed=" + SEED);
    RingOptions options =
        RingOptions.capacity(64 * 1024)
            .name("storm")
            .maxProducers(20)
            .maxGroups(4)
            .maxConsumers(28)
            .maxWaiters(40);
    try (Ring ring = Ring.create(options);
        StormJournal journal = StormJournal.create(STARTED * StormMember.PRODUCERS)) {
      // The retained groups exist from the first record on.
      ring.addConsumer(StormMember.ALONE).close();
      ring.addConsumer(StormMember.TOGETHER).close();
      try {
        for (int killed = 0; killed < KILLS; killed += StormMember.MEMBERS) {
          killOne(ring, journal);
          assertEquals(0, journal.violations(), this::said);
        }
      } finally {
        journal.end();
        running.forEach(ChildProcess::close);
        ahead.forEach(ChildProcess::close);
      }
      drain(ring, journal);
      journal.checkAllCame();
      assertEquals(0, journal.violations(), this::said);
      assertTrue(journal.committedRecords() > KILLS, "the storm was only a calm");
      Slots.assertReusable(ring, 0, 0, 0);
      System.out.println(
          journal.committedRecords()
              + " records, "
              + started
              + " processes, "
              + ring.counters().groups());
    }
  }

  private void killOne(Ring ring, StormJournal journal) {
    while (running.size() < PROCESSES) {
      running.add(next(ring, journal));
    }
    long life = TimeUnit.MILLISECONDS.toNanos(random.nextInt(MAX_LIFE_MILLIS));
    long came = journal.came();
    long start = System.nanoTime();
    while (System.nanoTime() - start < life || journal.came() == came) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      assertTrue(
          System.nanoTime() - start < STUCK.toNanos(),
          () -> "nothing has come for " + STUCK + ": " + ring.counters().groups() + said());
    }
    ChildProcess victim = running.remove(random.nextInt(running.size()));
    victim.close();
    assertEquals(137, victim.awaitExit(STUCK), () -> String.valueOf(victim.printed()));
  }

  private ChildProcess next(Ring ring, StormJournal journal) {
    while (ahead.size() <= AHEAD) {
      ahead.add(
          ChildProcess.startUnder(
              List.of(),
              List.of("-Dio.millrace.ring.steps=" + StormPauses.class.getName()),
              StormMember.class));
    }
    ChildProcess child = ahead.remove();
    child.expectLine("ready", STUCK);
    StringBuilder line = new StringBuilder();
    line.append(STARTED * StormMember.PRODUCERS)
        .append(' ')
        .append(started++ * StormMember.PRODUCERS)
        .append(' ')
        .append(random.nextInt())
        .append(' ')
        .append(ProcessHandle.current().pid())
        .append(' ')
        .append(journal.descriptor());
    for (int number : ring.descriptors()) {
      line.append(' ').append(number);
    }
    child.send(line.toString());
    return child;
  }

  /** The last ones are dead, too; what they left is taken by consumers of this process. */
  private static void drain(Ring ring, StormJournal journal) {
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
    for (ChildProcess child : running) {
      all.append('\n').append(child.printed());
    }
    return all.toString();
  }
}
