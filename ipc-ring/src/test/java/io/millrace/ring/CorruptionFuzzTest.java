package io.millrace.ring;

import io.millrace.testkit.ChildProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dmillrace.fuzz.rounds=N}: how many rings to ruin. {@code -Dmillrace.fuzz.seed=N}: the
 * seed of the first one.
 */
class CorruptionFuzzTest {
  private static final int ROUNDS = Integer.getInteger("millrace.fuzz.rounds", 400);
  private static final long SEED = Long.getLong("millrace.fuzz.seed", System.nanoTime());

  @Test
  void noiseInTheMemoryIsAnErrorAndNeverACrashOrAHang() {
    System.out.println("fuzz of " + ROUNDS + " rounds, -Dmillrace.fuzz.seed=" + SEED);
    try (ChildProcess child =
        ChildProcess.start(CorruptionFuzz.class, Long.toString(SEED), Integer.toString(ROUNDS))) {
      child.expectLine("clean", Duration.ofMinutes(5));
    }
  }
}
