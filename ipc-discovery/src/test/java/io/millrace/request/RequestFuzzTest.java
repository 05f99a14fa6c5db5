package io.millrace.request;

import io.millrace.testkit.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code -Dmillrace.request.fuzz=N}: how many rounds. {@code -Dmillrace.seed=N}: the seed of the
 * first one.
 */
class RequestFuzzTest {
  private static final int ROUNDS = Integer.getInteger("millrace.request.fuzz", 15);
  private static final long SEED = Long.getLong("millrace.seed", System.nanoTime());

  @TempDir Path root;

  @Test
  void noiseOfClientsAndServersCostsTheirCallsAndNothingElse() {
    System.out.println("fuzz of " + ROUNDS + " rounds, -Dmillrace.seed=" + SEED);
    try (ChildProcess child =
        ChildProcess.start(
            RequestFuzz.class, root.toString(), Long.toString(SEED), Integer.toString(ROUNDS))) {
      child.expectLine("clean", Duration.ofMinutes(10));
    }
  }
}
