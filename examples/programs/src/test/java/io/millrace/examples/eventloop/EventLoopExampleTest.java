package io.millrace.examples.eventloop;

import io.millrace.examples.ExampleRun;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLoopExampleTest {
  @TempDir private Path folder;

  @Test
  void oneThreadServesRingsSocketAndTimer() throws Exception {
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run = ExampleRun.start(root, folder, "event-loop", "--idle", "1")) {
      run.assertSuccess(Pattern.compile("event-loop: ok orders=1000 prices=3000 ticks=[1-9]\\d*"));
      ExampleRun.assertEmpty(root);
    }
  }
}
