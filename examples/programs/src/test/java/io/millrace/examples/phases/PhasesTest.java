package io.millrace.examples.phases;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.examples.ExampleRun;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhasesTest {
  @TempDir private Path folder;

  @Test
  void theResultIsExactAlthoughWorkersAreKilledAndReplaced() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run =
        ExampleRun.start(
            root,
            folder,
            "phases",
            "--workers",
            "3",
            "--size",
            "100",
            "--steps",
            "3000",
            "--kills",
            "2")) {
      run.assertSuccess(Pattern.compile("phases: ok workers=3 steps=3000 killed=2 differences=0"));
      ExampleRun.assertEmpty(root);
    }
  }

  @Test
  void theComparisonSeesASingleWrongPoint() {
    Grid right = Grid.alone(8);
    right.heat();
    Grid wrong = Grid.alone(8);
    wrong.heat();
    right.compute(0, 0, 8);
    wrong.compute(0, 0, 8);
    assertEquals(0, right.differences(wrong, 1));
    wrong.compute(1, 1, 2); // One step too many for one row.
    assertEquals(0, right.differences(wrong, 1));
    assertEquals(6, right.differences(wrong, 2));
  }
}
