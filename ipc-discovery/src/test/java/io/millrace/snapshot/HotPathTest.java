package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.testkit.ChildProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reading and writing cost besides time. */
class HotPathTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int ROUNDS = 100_000;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @Test
  void readingAndWritingAllocateNothing() {
    Synchronizer state = Synchronizer.open(directory.resolve("state"));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader();
        SnapshotReader copying = state.copyingReader()) {
      run(writer, reader, copying, 100);
      long before = threads.getCurrentThreadAllocatedBytes();
      run(writer, reader, copying, ROUNDS);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      // The interpreter and the compilers may allocate a little; one object a round would be 16 B.
      assertTrue(allocated < ROUNDS, allocated + " bytes in " + ROUNDS + " rounds");
    }
  }

  private static long run(
      SnapshotWriter writer, SnapshotReader reader, SnapshotReader copying, int rounds) {
    UnsafeBuffer value = new UnsafeBuffer(new byte[36]);
    Proof codec = new Proof();
    Proof.Value proof = new Proof.Value();
    long sum = 0;
    for (int i = 0; i < rounds; i++) {
      writer.write(value, 0, 36, NO_GRACE);
      sum += read(reader) + read(reader) + read(copying) + read(copying);
      writer.write(proof.of(writer.version() + 1, 100), codec, NO_GRACE);
      sum += read(reader) + read(reader) + read(copying) + read(copying);
    }
    return sum;
  }

  private static long read(SnapshotReader reader) {
    long version = reader.version();
    try (Snapshot snapshot = reader.readValidated()) {
      return version + snapshot.buffer().getByte(0);
    }
  }

  @Test
  void readingAndWritingMakeNoSystemCalls() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is not installed");
    Path trace = directory.resolve("trace");
    List<String> strace = List.of("/usr/bin/strace", "-D", "-f", "-qq", "-o", trace.toString());
    List<String> quiet = List.of("-Xint", "-Xmx64m");
    try (ChildProcess child =
        ChildProcess.startUnder(
            strace, quiet, Calling.class, directory.resolve("state").toString())) {
      int threadId = Integer.parseInt(child.expectLine("thread", DEADLINE));
      child.expectLine("done", DEADLINE);
      assertEquals(0, child.awaitExit(DEADLINE));
      List<String> mine =
          Files.readAllLines(trace).stream()
              .filter(line -> line.startsWith(threadId + " "))
              .toList();
      int begin = indexOf(mine, "mark-begin");
      int end = indexOf(mine, "mark-end");
      assertTrue(begin >= 0 && end > begin, () -> "no marks in " + mine);
      // Between the marks: the second write of the first one's line, and nothing else.
      List<String> between =
          mine.subList(begin + 1, end).stream()
              .filter(line -> !line.contains("write(1, \"\\n\""))
              .toList();
      assertEquals(List.of(), between);
    }
  }

  private static int indexOf(List<String> lines, String text) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    return -1;
  }

  /** Reads and writes between two marks in the trace. */
  static final class Calling {
    public static void main(String[] arguments) throws IOException {
      Synchronizer state = Synchronizer.open(Path.of(arguments[0]));
      try (SnapshotWriter writer = state.writer();
          SnapshotReader reader = state.reader();
          SnapshotReader copying = state.copyingReader()) {
        // The name of this thread's directory in /proc is its number.
        Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
        System.out.println("thread " + self.getFileName());
        run(writer, reader, copying, 20);
        System.out.println("mark-begin");
        run(writer, reader, copying, 200);
        System.out.println("mark-end");
      }
      System.out.println("done");
    }
  }
}
