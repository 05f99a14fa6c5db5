package io.millrace.examples.marketdata;

import io.millrace.examples.ExampleRun;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarketDataTest {
  private static final Pattern NOTHING_LOST =
      Pattern.compile(
          "market-data: ok sent=20000 lost=0 doubled=0 redelivered=\\d+ recovered=\\d+");

  @TempDir private Path folder;

  @Test
  void everyGroupGetsEveryEventAlthoughOneProcessOfEachKindIsKilled() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    String all = "feed,strategy,risk,recorder,north";
    try (ExampleRun run =
        ExampleRun.start(
            root, folder, "market-data", "--seconds", "3", "--events", "20000", "--kill", all)) {
      run.assertSuccess(NOTHING_LOST);
      ExampleRun.assertEmpty(root);
    }
  }

  @Test
  void aScreenThatIsStartedAgainFindsTheVenues() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run =
        ExampleRun.start(
            root,
            folder,
            "market-data",
            "--seconds",
            "2",
            "--events",
            "2000",
            "--kill",
            "screen")) {
      run.assertSuccess(Pattern.compile("market-data: ok .*"));
      ExampleRun.assertEmpty(root);
    }
  }
}
