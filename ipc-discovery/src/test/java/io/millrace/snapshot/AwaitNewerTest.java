package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sleeping until there is a newer value. */
class AwaitNewerTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir(factory = SharedMemory.class)
  Path directory;

  /** The common pool may have one thread only, and a sleeper keeps it. */
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private Path path;
  private Synchronizer state;

  @BeforeEach
  void name() {
    path = directory.resolve("state");
    state = Synchronizer.open(path);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void whatIsNewAlreadyIsNotWaitedFor() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new byte[1], NO_GRACE);
      assertTrue(reader.awaitNewer(0, NO_GRACE));
      assertFalse(reader.awaitNewer(1, NO_GRACE));
      assertFalse(reader.awaitNewer(1, Duration.ofMillis(5)));
    }
  }

  @Test
  void noWriteIsMissedHoweverItFallsBetweenLookAndSleep() throws Exception {
    int rounds = 2000;
    try (SnapshotWriter writer = state.writer();
        SnapshotReader left = state.reader();
        SnapshotReader right = state.reader()) {
      // Each write is answered before the next: a wake that is lost ends the test at the deadline.
      Future<Long> last =
          threads.submit(
              () -> {
                long seen = 0;
                while (seen < rounds && left.awaitNewer(seen, DEADLINE)) {
                  seen = left.version();
                }
                return seen;
              });
      for (long version = 0; version < rounds; version++) {
        Future<Boolean> woken = null;
        if (version % 20 == 0) {
          long old = version;
          woken = threads.submit(() -> right.awaitNewer(old, DEADLINE));
        }
        writer.write(new byte[1], NO_GRACE);
        if (woken != null) {
          assertTrue(woken.get(), "a waiter slept through version " + (version + 1));
        }
      }
      assertEquals(rounds, last.get());
    }
  }

  @Test
  void readersMayComeBeforeTheFileAndSleepUntilItsFirstValue() {
    try (ChildProcess child = ChildProcess.start(Early.class, path.toString())) {
      child.expectLine("waiting", DEADLINE);
      Eventually.await("asleep", DEADLINE, () -> SleepingThreads.inEpoll(child.pid()));
      try (SnapshotWriter writer = state.writer()) {
        writer.write(new byte[] {42}, NO_GRACE);
        assertEquals("42", child.expectLine("value", DEADLINE));
        writer.write(new byte[] {43}, NO_GRACE);
        assertEquals("43", child.expectLine("value", DEADLINE));
      }
      // The next writer wakes readers that slept through the last one's death.
      try (SnapshotWriter writer = state.writer()) {
        writer.write(new byte[] {44}, NO_GRACE);
        assertEquals("44", child.expectLine("value", DEADLINE));
      }
    }
  }

  /** Comes first, and prints every value that it is woken for. */
  static final class Early {
    public static void main(String[] arguments) {
      System.out.println("waiting");
      try (SnapshotReader reader = Synchronizer.open(Path.of(arguments[0])).awaitReader(DEADLINE)) {
        long seen = 0;
        while (reader.awaitNewer(seen, DEADLINE)) {
          try (Snapshot snapshot = reader.read()) {
            seen = snapshot.version();
            System.out.println("value " + snapshot.buffer().getByte(0));
          }
        }
      }
    }
  }

  @Test
  void aSleeperIsToldThatItsFileWasReplacedOrRemoved() throws Exception {
    for (boolean properly : new boolean[] {false, true}) {
      state.writer().close();
      try (SnapshotReader reader = state.reader()) {
        Future<Boolean> waiting = threads.submit(() -> reader.awaitNewer(0, DEADLINE));
        int me = (int) ProcessHandle.current().pid();
        Eventually.await("asleep", DEADLINE, () -> SleepingThreads.inEpoll(me));
        if (properly) {
          assertTrue(state.remove());
        } else {
          Files.delete(path);
        }
        Throwable told = assertThrows(ExecutionException.class, waiting::get).getCause();
        assertEquals(SnapshotException.Replaced.class, told.getClass());
      }
    }
  }

  @Test
  void aReaderWithoutWritePermissionSleepsOnlyIfTheWriterWakesAlways() throws Exception {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader copying = state.copyingReader()) {
      assertThrows(SnapshotException.ReadOnly.class, () -> copying.awaitNewer(0, DEADLINE));
      writer.write(new byte[1], NO_GRACE);
      assertTrue(copying.awaitNewer(0, NO_GRACE));
    }
    Synchronizer waking =
        Synchronizer.open(
            directory.resolve("waking"), SnapshotOptions.defaults().wakingReadOnlyReaders());
    try (SnapshotWriter writer = waking.writer();
        SnapshotReader copying = waking.copyingReader()) {
      for (long version = 0; version < 100; version++) {
        long old = version;
        Future<Boolean> woken = threads.submit(() -> copying.awaitNewer(old, DEADLINE));
        writer.write(new byte[1], NO_GRACE);
        assertTrue(woken.get());
      }
    }
  }
}
