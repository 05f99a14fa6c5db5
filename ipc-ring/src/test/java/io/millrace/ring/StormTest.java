package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.StormMember.Role;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Zygote;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Many processes produce and consume at full speed and are killed at random moments, and every
 * record is accounted for.
 *
 * <p>{@code -Dmillrace.storm.kills=N}: how many processes of one member to kill, 250 by default.
 * {@code -Dmillrace.storm.crowds=N}: how many JVMs of ten members, 8 by default. {@code
 * -Dmillrace.storm.seed=N}: which ones, when, and what they do until then.
 */
class StormTest {
  private static final int KILLS = Integer.getInteger("millrace.storm.kills", 250);
  private static final int CROWDS = Integer.getInteger("millrace.storm.crowds", 8);
  private static final long SEED = Long.getLong("millrace.storm.seed", System.nanoTime());
  private static final String PAUSES = "-Dio.millrace.ring.steps=" + StormPauses.class.getName();

  /**
   * The members that live at once. The second exclusive consumer waits until the first is killed.
   */
  private static final Role[] ROLES = {
    Role.PRODUCER,
    Role.PRODUCER,
    Role.PRODUCER,
    Role.TOGETHER,
    Role.TOGETHER,
    Role.TOGETHER,
    Role.ALONE,
    Role.ALONE,
    Role.FLEETING
  };

  private static final int CROWDS_AT_ONCE = 3;
  private static final int CROWDS_AHEAD = 2;

  private final Random random = new Random(SEED);
  private int started;

  @Test
  void everyRecordComesThoughMembersAreKilledAllTheTime() {
    System.out.println("storm of " + KILLS + " kills, -Dmillrace.storm.seed=" + SEED);
    RingOptions options =
        RingOptions.capacity(64 * 1024)
            .name("storm")
            .maxProducers(8)
            .maxGroups(4)
            .maxConsumers(12)
            .maxWaiters(16);
    Storm[] storm = new Storm[1];
    try (Zygote zygote = new Zygote(StormMember.class, PAUSES)) {
      try (Storm one =
          new Storm(
              options,
              KILLS + ROLES.length,
              ROLES.length,
              30,
              random,
              place -> member(zygote, storm[0], ROLES[place]))) {
        storm[0] = one;
        one.rage(KILLS);
        report(one);
        one.end();
      }
    }
  }

  private ChildProcess member(Zygote zygote, Storm storm, Role role) {
    int producer = role == Role.PRODUCER ? started++ : 0;
    String[] told =
        (role + " " + producer + " " + random.nextInt() + " " + storm.told()).split(" ");
    return zygote.fork(told);
  }

  @Test
  void everyRecordComesThoughProcessesOfManyMembersAreKilled() {
    System.out.println("storm of " + CROWDS + " crowds, -Dmillrace.storm.seed=" + SEED);
    RingOptions options =
        RingOptions.capacity(64 * 1024)
            .name("storm")
            .maxProducers(20)
            .maxGroups(4)
            .maxConsumers(28)
            .maxWaiters(40);
    int producers = (CROWDS + CROWDS_AT_ONCE) * StormCrowd.PRODUCERS;
    Storm[] storm = new Storm[1];
    Queue<ChildProcess> ahead = new ArrayDeque<>();
    try (Storm one =
        new Storm(
            options, producers, CROWDS_AT_ONCE, 150, random, place -> crowd(ahead, storm[0]))) {
      storm[0] = one;
      one.rage(CROWDS);
      report(one);
      one.end();
    } finally {
      ahead.forEach(ChildProcess::close);
    }
  }

  private ChildProcess crowd(Queue<ChildProcess> ahead, Storm storm) {
    while (ahead.size() <= CROWDS_AHEAD) {
      ahead.add(ChildProcess.startUnder(List.of(), List.of(PAUSES), StormCrowd.class));
    }
    ChildProcess child = ahead.remove();
    child.expectLine("ready", Storm.STUCK);
    child.send(started * StormCrowd.PRODUCERS + " " + random.nextInt() + " " + storm.told());
    started++;
    return child;
  }

  private static void report(Storm storm) {
    long records = storm.journal.committedRecords();
    System.out.println(records + " records, " + storm.ring.counters().groups());
    assertTrue(records > KILLS, "the storm was only a calm");
  }
}
