package io.millrace.snapshot;

import io.millrace.testkit.HammerRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From any thread, at any moment, under any flag, a call on a reader, a guard or a writer works or
 * throws what it says. A failure names its seed, {@code -Dmillrace.seed=N} repeats its calls.
 */
class SnapshotHammerTest {
  @TempDir(factory = SharedMemory.class)
  Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:TieredStopAtLevel=4", "-Dagrona.disable.bounds.checks=true -Xint"})
  void whateverThreadsDoWhileOneClosesTheProcessLives(String flags) {
    HammerRun.assertDone(SnapshotHammer.class, List.of(flags.split(" ")), directory);
  }
}
