package io.millrace.discovery;

import io.millrace.testkit.HammerRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From any thread, at any moment, a call on a registry, or on what it made, works or says that it
 * is closed; nothing stays published, open or taken. A failure names its seed, {@code
 * -Dmillrace.seed=N} repeats its calls.
 */
class ClosingHammerTest {
  @TempDir Path place;

  @Test
  void whateverThreadsDoWhileOneClosesTheProcessLivesAndNothingIsLeft() {
    HammerRun.assertDone(ClosingHammer.class, List.of(), place);
  }
}
