package io.millrace.examples.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.examples.ExampleRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  @TempDir private Path folder;

  @Test
  void everyReaderSeesEachGoodVersionAndNoBadOne() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run = ExampleRun.start(root, folder, "config", "--readers", "3")) {
      run.assertSuccess(Pattern.compile("config: ok readers=4"));
      List<String> seen = run.output().lines().filter(line -> line.startsWith("all ")).toList();
      assertEquals(
          List.of(
              "all 3 readers see {MILL=1000}",
              "all 3 readers see {MILL=500, WHEEL=70}",
              "all 3 readers see {MILL=600, WHEEL=80}",
              "all 4 readers see {RACE=9}"),
          seen);
    }
  }

  @Test
  void whatIsNoLimitIsRefusedByName() {
    Properties wrong = new Properties();
    assertEquals(
        "there is no limit in it",
        assertThrows(IllegalArgumentException.class, () -> LimitsCodec.parse(wrong)).getMessage());
    wrong.setProperty("MILL", "-1");
    assertEquals(
        "'MILL=-1' is no limit",
        assertThrows(IllegalArgumentException.class, () -> LimitsCodec.parse(wrong)).getMessage());
  }
}
