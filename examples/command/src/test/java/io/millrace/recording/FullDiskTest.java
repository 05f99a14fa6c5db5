package io.millrace.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
  private static final Duration DEADLINE = Duration.ofSeconds(120);

  @TempDir private Path root;
  @TempDir private Path disk;

  @Test
  void aFullDiskHoldsProducersBackAndSaysSoAndItGoesOnWhenThereIsRoom() {
    String namespaces = "unshare --user --map-root-user --mount";
    Tools.assumeAllowed((namespaces + " mount -t tmpfs none " + disk).split(" "));
    List<String> wrapper =
        List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o size=32m none '" + disk + "' && exec \"$@\"",
            "sh");
    try (ChildProcess child =
        ChildProcess.startUnder(
            wrapper, List.of(), FullDiskProcess.class, root.toString(), disk.toString())) {
      child.expectLine("held ", DEADLINE);
      assertEquals("0", child.expectLine("back-pressured, polls give ", DEADLINE));
      String told = child.expectLine("told ", DEADLINE);
      assertTrue(told.contains("bytes free, of which 0 are to stay free"), told);
      child.expectLine("resumed", DEADLINE);
      assertEquals("true", child.expectLine("told again ", DEADLINE));
      assertEquals("true", child.expectLine("first ", DEADLINE));
      assertEquals("true", child.expectLine("complete ", DEADLINE));
    }
  }
}
