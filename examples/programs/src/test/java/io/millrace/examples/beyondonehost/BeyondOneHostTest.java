package io.millrace.examples.beyondonehost;

import io.millrace.examples.ExampleRun;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BeyondOneHostTest {
  private static final Pattern WHOLE =
      Pattern.compile("beyond-one-host: ok sent=20000 received=20000 lost=0 doubled=0 killed=2");

  @TempDir private Path folder;

  @Test
  void nothingIsLostOrDoubledAlthoughBothSidesAreKilled() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run = ExampleRun.start(root, folder, "beyond-one-host", "--count", "20000")) {
      run.assertSuccess(WHOLE);
    }
  }
}
