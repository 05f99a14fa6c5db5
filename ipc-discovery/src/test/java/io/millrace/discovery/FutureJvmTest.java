package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import io.millrace.testkit.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that forbid what today's only warn of. */
class FutureJvmTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final List<String> FORBIDDING =
      List.of("--sun-misc-unsafe-memory-access=deny", "--illegal-native-access=deny");
  private static final String CURE = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path temporary;

  @Test
  void discoveryWorksWithoutUnsafe() throws Exception {
    Path root = Files.createDirectory(temporary.resolve("root"));
    try (ChildProcess publisher = publisher(root);
        ChildProcess joiner = publisher(root)) {
      publisher.send("publish x");
      publisher.expectLine("published", DEADLINE);
      joiner.send("join x");
      joiner.expectLine("joined", DEADLINE);
    }
  }

  private static ChildProcess publisher(Path root) {
    ChildProcess child =
        ChildProcess.startUnder(List.of(), FORBIDDING, PublishingProcess.class, root.toString());
    child.expectLine("ready", DEADLINE);
    return child;
  }

  @Test
  void soDoesTheSnapshot() {
    try (ChildProcess child =
        ChildProcess.startUnder(
            List.of(), FORBIDDING, SnapshotUser.class, temporary.resolve("state").toString())) {
      assertEquals("1", child.expectLine("version ", DEADLINE));
    }
  }

  /** Writes and reads. */
  static final class SnapshotUser {
    public static void main(String[] arguments) {
      Synchronizer state = Synchronizer.open(Path.of(arguments[0]));
      try (SnapshotWriter writer = state.writer();
          SnapshotReader reader = state.reader()) {
        writer.write(new byte[8], Duration.ZERO);
        System.out.println("version " + reader.version());
      }
    }
  }

  /** Each in a JVM of its own: a class that could not be made ready stays so. */
  @Test
  void whereNativeAccessIsForbiddenEveryWayInNamesTheFlagThatAllowsIt() throws Exception {
    for (String way : WayIn.all(temporary).keySet()) {
      Process process =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-XX:TieredStopAtLevel=1",
                  "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                  "--illegal-native-access=deny",
                  "-cp",
                  System.getProperty("java.class.path"),
                  WayIn.class.getName(),
                  temporary.toString(),
                  way)
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      assertEquals(
          "Millrace's system calls need this flag on the java command line: " + CURE, said, way);
    }
  }

  /** Uses the library in one way. */
  static final class WayIn {
    public static void main(String[] arguments) {
      try {
        all(Path.of(arguments[0])).get(arguments[1]).run();
      } catch (UnsupportedOperationException refusal) {
        System.out.println(refusal.getMessage());
      }
    }

    static Map<String, Runnable> all(Path place) {
      Map<String, Runnable> ways = new LinkedHashMap<>();
      ways.put("registry", () -> Registry.open());
      ways.put("view", () -> RegistryView.open(RegistryOptions.defaults().root(place)));
      ways.put("options", () -> Doctor.examine(RegistryOptions.defaults()));
      ways.put("alive", () -> Alive.isAlive(place.resolve("alive")));
      ways.put("snapshot", () -> Synchronizer.open(place.resolve("state")).reader());
      return ways;
    }
  }
}
