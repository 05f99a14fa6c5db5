package io.millrace.examples.nativeclient;

import io.millrace.examples.ExampleRun;
import io.millrace.testkit.Tools;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeClientTest {
  @TempDir private Path folder;

  @Test
  void javaAndCUnderstandEachOtherAlsoWhenOneIsKilled() throws Exception {
    if (System.getenv("CI") == null) { // There gcc must be, and the example fails without it.
      Tools.assumeWorks("gcc", "--version");
    }
    Path root = ExampleRun.makeRoot(folder);
    try (ExampleRun run = ExampleRun.start(root, folder, "native-client", "--count", "100000")) {
      run.assertSuccess(Pattern.compile("native-client: ok records=200000 recovered=1"));
      ExampleRun.assertEmpty(root);
    }
  }
}
