package io.millrace.examples;

import io.millrace.testkit.OldKernel;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole programs, with all processes that they start, as on the oldest kernel that is promised. */
class OldKernelTest {
  @TempDir private Path folder;

  /** Rings, the registry, a snapshot, a barrier; processes that are killed and replaced. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "telemetry --seconds 2 --rate 500 --kill",
        "config --readers 3",
        "phases --workers 3 --size 100 --steps 1000 --kills 1",
      })
  void everythingWorksAsOnLinux54(String arguments) throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    String[] words = arguments.split(" ");
    try (ExampleRun run = ExampleRun.startUnder(OldKernel.command(), root, folder, words)) {
      run.assertSuccess(Pattern.compile(words[0] + ": ok .*"));
      ExampleRun.assertEmpty(root);
    }
  }
}
