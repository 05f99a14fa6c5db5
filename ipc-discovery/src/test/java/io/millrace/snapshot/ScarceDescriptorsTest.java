package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.MillraceException;
import io.millrace.os.Directory;
import io.millrace.testkit.ChildProcess;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that run out in the middle of something. */
class ScarceDescriptorsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration BRIEF = Duration.ofMillis(1);

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @Test
  void whereverDescriptorsRunOutNoneIsKept() {
    try (ChildProcess child =
        ChildProcess.startUnder(
            List.of("prlimit", "--nofile=100"), List.of(), Scarce.class, directory.toString())) {
      child.expectLine("nothing was kept", DEADLINE);
      assertEquals(0, child.awaitExit(DEADLINE), () -> "" + child.printed());
    }
  }

  /** Does everything with no descriptor left, with one, with two and so on. */
  static final class Scarce {
    private static final int ENOUGH = 8;
    private static final Deque<FileInputStream> HOARD = new ArrayDeque<>();

    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      loadWhatFailuresNeed();
      Synchronizer fresh = Synchronizer.open(directory.resolve("fresh"));
      Synchronizer state = Synchronizer.open(directory.resolve("state"));
      try (SnapshotWriter writer = state.writer();
          SnapshotReader reader = state.reader()) {
        writer.write(new byte[1], Duration.ZERO);
        Map<String, Runnable> actions = new LinkedHashMap<>();
        actions.put("writer", () -> fresh.writer().close());
        actions.put("remove", fresh::remove);
        actions.put("reader", () -> state.reader().close());
        actions.put("copyingReader", () -> state.copyingReader().close());
        actions.put("awaitReader", () -> state.awaitReader(BRIEF).close());
        for (Map.Entry<String, Runnable> action : actions.entrySet()) {
          tryWithFew(action.getKey(), action.getValue());
        }
        // Only now: the watch that it makes is kept until the reader is closed.
        for (int spare = 0; spare < 2; spare++) {
          assertKeepsNone("awaitNewer", () -> reader.awaitNewer(1, BRIEF), spare);
        }
      }
      System.out.println("nothing was kept");
    }

    /** Classes are loaded from files, for which there would be no descriptor later. */
    private static void loadWhatFailuresNeed() {
      try (Directory none = Directory.open(Path.of("/dev/null"))) {
        throw new AssertionError(none + " is no directory");
      } catch (MillraceException expected) {
        HOARD.clear();
      }
    }

    private static void tryWithFew(String name, Runnable action) throws IOException {
      action.run();
      int succeeded = 0;
      for (int spare = 0; spare < ENOUGH; spare++) {
        succeeded += assertKeepsNone(name, action, spare) ? 1 : 0;
      }
      if (succeeded == 0 || succeeded == ENOUGH) {
        throw new AssertionError(name + " succeeded " + succeeded + " times of " + ENOUGH);
      }
    }

    private static boolean assertKeepsNone(String name, Runnable action, int spare)
        throws IOException {
      hoardAll();
      for (int i = 0; i < spare; i++) {
        HOARD.pop().close();
      }
      boolean succeeded = true;
      try {
        action.run();
      } catch (MillraceException expected) {
        succeeded = false;
      }
      int left = hoardAll();
      while (!HOARD.isEmpty()) {
        HOARD.pop().close();
      }
      if (left != spare) {
        throw new AssertionError(name + " kept " + (spare - left) + " of " + spare);
      }
      return succeeded;
    }

    private static int hoardAll() throws IOException {
      int count = 0;
      while (true) {
        try {
          HOARD.push(new FileInputStream("/dev/null"));
          count++;
        } catch (FileNotFoundException none) {
          return count;
        }
      }
    }
  }
}
