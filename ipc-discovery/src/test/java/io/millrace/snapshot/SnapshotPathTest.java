package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A path of a snapshot means one file, however it is spelled. */
@Timeout(120)
class SnapshotPathTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration NO_GRACE = Duration.ZERO;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  private Path real;
  private Path link;

  @BeforeEach
  void makeDirectories() throws IOException {
    real = Files.createDirectory(directory.resolve("real"));
    // Not a sibling of what it leads to: its parent, as the kernel sees it, is another one than as
    // it is spelled.
    link =
        Files.createSymbolicLink(
            Files.createDirectory(directory.resolve("far")).resolve("link"), real);
  }

  /** A thread that waits for a reader, asleep by the time this is made. */
  private static final class Waiter {
    private final CompletableFuture<SnapshotReader> result = new CompletableFuture<>();
    private final AtomicReference<Path> thread = new AtomicReference<>();

    Waiter(Supplier<SnapshotReader> waiting) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  thread.set(Path.of("/proc/thread-self").toRealPath());
                  result.complete(waiting.get());
                } catch (Throwable failure) {
                  result.completeExceptionally(failure);
                }
              });
      Eventually.await("asleep", DEADLINE, () -> thread.get() != null && isAsleep());
    }

    /** Told by the number of its system call: epoll_wait and epoll_pwait. */
    private boolean isAsleep() {
      return List.of("232", "281", "22").contains(read("syscall").split(" ")[0]);
    }

    long switches() {
      return read("status")
          .lines()
          .filter(line -> line.startsWith("voluntary_ctxt_switches"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }

    private String read(String name) {
      try {
        return Files.readString(thread.get().resolve(name));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    void assertReads(int value) throws Exception {
      try (SnapshotReader reader = result.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
          Snapshot read = reader.read()) {
        assertEquals(value, read.buffer().getByte(0));
      }
    }
  }

  @Test
  void allSpellingsOfAPathLeadToOneFile() throws Exception {
    Path spelled = Path.of("").toAbsolutePath().relativize(real.toRealPath()).resolve("state");
    List<Path> spellings =
        List.of(
            real.resolve("state"),
            link.resolve("state"),
            link.resolve("../real/./state"),
            Path.of(real + "/state/"),
            spelled);
    for (Path writing : spellings) {
      try (SnapshotWriter writer = Synchronizer.open(writing).writer()) {
        writer.write(new byte[] {7}, NO_GRACE);
        for (Path path : spellings) {
          Synchronizer same = Synchronizer.open(path);
          assertThrows(SnapshotException.SecondWriter.class, same::writer, path.toString());
          try (SnapshotReader reader = same.awaitReader(DEADLINE)) {
            assertEquals(1, reader.version());
            assertFalse(reader.isReplaced());
          }
        }
      }
      assertTrue(Synchronizer.open(spelled).remove());
    }
  }

  @Test
  void whoWaitsFollowsThePathIntoADirectoryThatWasMadeAnew() throws Exception {
    Synchronizer state = Synchronizer.open(link.resolve("state"));
    Waiter waiter = new Waiter(() -> state.awaitReader(DEADLINE));
    Files.delete(real);
    Files.createDirectory(real);
    try (SnapshotWriter writer = state.writer()) {
      writer.write(new byte[] {9}, NO_GRACE);
      waiter.assertReads(9);
    }
  }

  /** Each time a writer comes, the directory may be another one; each one writes where it leads. */
  @Test
  void writersFollowThePathWhileItChanges() throws Exception {
    Synchronizer state = Synchronizer.open(link.resolve("state"));
    CompletableFuture<Void> mover =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < 200; i++) {
                  Files.move(real, directory.resolve("old" + i));
                  Files.createDirectory(real);
                }
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
            });
    while (!mover.isDone()) {
      try {
        state.writer().close();
      } catch (MillraceException betweenTwo) {
        assertTrue(betweenTwo.getMessage().contains("leads nowhere"), betweenTwo.toString());
      }
    }
    mover.get();
    try (SnapshotWriter writer = state.writer()) {
      assertFalse(writer.isReplaced());
      assertTrue(Files.exists(real.resolve("state")));
    }
  }

  @Test
  void aReaderThatWaitsIsToldThatItsDirectoryIsNoMoreThatOfThePath() throws Exception {
    Synchronizer state = Synchronizer.open(real.resolve("state"));
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new byte[] {1}, NO_GRACE);
      Waiter waiter =
          new Waiter(
              () -> {
                reader.awaitNewer(1, DEADLINE);
                return reader;
              });
      Files.move(real, directory.resolve("elsewhere"));
      Throwable told =
          assertThrows(
                  java.util.concurrent.ExecutionException.class,
                  () -> waiter.result.get(DEADLINE.toSeconds(), TimeUnit.SECONDS))
              .getCause();
      assertTrue(told instanceof SnapshotException.Replaced, told.toString());
    }
  }

  @Test
  void aBusyDirectoryWakesNobodyWhoWaits() throws Exception {
    Synchronizer state = Synchronizer.open(real.resolve("state"));
    Waiter waiter = new Waiter(() -> state.awaitReader(DEADLINE));
    long before = waiter.switches();
    Path log = real.resolve("log");
    for (int i = 0; i < 300; i++) {
      Files.writeString(log, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      Eventually.await("asleep", DEADLINE, waiter::isAsleep);
    }
    long switches = waiter.switches() - before;
    assertTrue(switches < 100, switches + " times for nothing");
    try (SnapshotWriter writer = state.writer()) {
      writer.write(new byte[] {3}, NO_GRACE);
      waiter.assertReads(3);
    }
  }

  private static void assertSaid(String words, Executable call) {
    RuntimeException failure = assertThrows(RuntimeException.class, call);
    assertTrue(failure.getMessage().contains(words), failure.toString());
  }

  private static void assertAllSay(String words, Path path) {
    assertSaid(words, () -> Synchronizer.open(path).writer());
    assertSaid(words, () -> Synchronizer.open(path).reader());
    assertSaid(words, () -> Synchronizer.open(path).copyingReader());
    assertSaid(words, () -> Synchronizer.open(path).awaitReader(Duration.ofMillis(1)));
    assertSaid(words, () -> Synchronizer.open(path).remove());
  }

  @Test
  void whatCannotBeASnapshotIsSaidInASentenceAndLeftAlone() throws Exception {
    assertAllSay("names a directory and no file", Path.of("/"));
    assertAllSay("names a directory and no file", real.resolve(".."));
    assertAllSay("is longer than the file system allows", real.resolve("n".repeat(256)));
    assertAllSay("is not a snapshot", real);
    assertAllSay("is not a snapshot", Path.of("/dev/null"));
    Path alias = Files.createSymbolicLink(real.resolve("alias"), real.resolve("nothing"));
    assertAllSay("give the path of the file itself", alias);
    Files.createSymbolicLink(directory.resolve("a"), directory.resolve("b"));
    Files.createSymbolicLink(directory.resolve("b"), directory.resolve("a"));
    assertAllSay("links that lead in a circle", directory.resolve("a/state"));
    assertAllSay("create " + directory.resolve("no"), directory.resolve("no/state"));
    Path empty = Files.createFile(real.resolve("empty"));
    assertAllSay("is not a snapshot", empty);
    assertEquals(0, Files.size(empty));
    assertFalse(Files.exists(real.resolve("nothing")));
  }

  /** What systemd-tmpfiles asks before it removes a file for its age. */
  @Test
  void whileSomebodyHasItOpenItIsMarkedForThoseWhoCleanUp() throws Exception {
    Tools.assumeWorks("flock", "--version");
    Path file = real.resolve("state");
    Synchronizer state = Synchronizer.open(file);
    SnapshotWriter writer = state.writer();
    try (SnapshotReader reader = state.copyingReader()) {
      writer.close();
      assertEquals(1, flock(file));
      assertTrue(reader.isCopying());
    }
    assertEquals(0, flock(file));
  }

  private static int flock(Path file) throws Exception {
    return new ProcessBuilder("flock", "-n", "-x", file.toString(), "true").start().waitFor();
  }
}
