package io.millrace.barrier;

import io.millrace.testkit.HammerRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From any thread, at any moment, a call on a party or a view works or throws what it says. A
 * failure names its seed, {@code -Dmillrace.seed=N} repeats its calls.
 */
class BarrierHammerTest {
  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:TieredStopAtLevel=4", "-Dagrona.disable.bounds.checks=true -Xint"})
  void whateverThreadsDoWhileOneClosesTheProcessLives(String flags) {
    HammerRun.assertDone(BarrierHammer.class, List.of(flags.split(" ")), root);
  }
}
