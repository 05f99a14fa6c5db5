package io.millrace.ring;

import io.millrace.testkit.HammerRun;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From any thread, at any moment, under any flag, a call on any handle works or throws what it
 * says. A failure names its seed, {@code -Dmillrace.seed=N} repeats its calls.
 */
class HandleHammerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:TieredStopAtLevel=4",
        "-Ddisable.single.threaded.check=true -Dagrona.disable.bounds.checks=true"
      })
  void whateverThreadsDoWhileOneClosesTheProcessLives(String flags) {
    HammerRun.assertDone(HandleHammer.class, List.of(flags.split(" ")));
  }
}
