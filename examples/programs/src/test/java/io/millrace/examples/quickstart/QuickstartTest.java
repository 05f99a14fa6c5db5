package io.millrace.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.ExampleRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickstartTest {
  @TempDir private Path folder;

  @Test
  void thePricesComeOneByOneToAnotherProcess() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run = ExampleRun.start(root, folder, "quickstart")) {
      run.assertSuccess(Pattern.compile("quickstart: ok"));
      ExampleRun.assertEmpty(root);
      List<Long> prices =
          run.output()
              .lines()
              .filter(line -> line.startsWith("price "))
              .map(line -> Long.valueOf(line.substring(6)))
              .toList();
      assertEquals(10, prices.size());
      for (int i = 1; i < prices.size(); i++) {
        assertEquals(prices.get(0) + i, prices.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Publisher", "Subscriber"})
  void theFirstPageShowsTheProgramThatIsTested(String name) throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/io/millrace/examples/quickstart", name + ".java"));
    String program = source.substring(source.indexOf("import "));
    assertTrue(
        Files.readString(Path.of("../../README.md")).contains("```java\n" + program + "```"),
        () -> "README.md does not show this:\n" + program);
  }
}
