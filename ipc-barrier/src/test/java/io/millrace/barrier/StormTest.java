package io.millrace.barrier;

import io.millrace.discovery.Registry;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Kills and replacements, one after the other. The system property {@code millrace.barrier.storm}
 * says how many; the default is short.
 */
@Timeout(600)
class StormTest extends ProcessParties {
  private static final int PARTIES = 3;
  private static final int GENERATIONS_A_KILL = 30;

  @Test
  void aStormOfKillsAndReplacementsNeverStopsTheWork() throws Exception {
    int kills = Integer.getInteger("millrace.barrier.storm", 6);
    Random random = new Random(kills);
    List<ChildProcess> all = join(PARTIES, PARTIES, 20_000);
    all.forEach(child -> child.send("work " + Long.MAX_VALUE));
    try (Registry observer = Registry.open(registry.root())) {
      for (int kill = 0; kill < kills; kill++) {
        ChildProcess next = start(PARTIES, random.nextInt(3) * 10_000L);
        next.expectLine("ready", DEADLINE);
        requireProgress(observer);
        ChildProcess victim = all.remove(random.nextInt(PARTIES));
        victim.kill();
        victim.close();
        reply(next, "join", "done join");
        next.send("work " + Long.MAX_VALUE);
        all.add(next);
      }
      requireProgress(observer);
    }
  }

  /** Waits until some generations are over that nobody can have begun before now. */
  private void requireProgress(Registry observer) {
    try (SharedWords view = SharedWords.of(observer, NAME)) {
      long start = view.generation();
      Eventually.await(
          "the barrier moves on from generation " + start,
          DEADLINE,
          () -> view.generation() > start + GENERATIONS_A_KILL);
    }
  }
}
