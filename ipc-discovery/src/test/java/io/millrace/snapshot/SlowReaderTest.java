package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file with fewer buffers than would let everybody go on: two, for two readers. */
class SlowReaderTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir(factory = SharedMemory.class)
  Path directory;

  private Path path;
  private Synchronizer state;
  private final Proof.Value value = new Proof.Value();

  @BeforeEach
  void name() {
    path = directory.resolve("state");
    state = Synchronizer.open(path, SnapshotOptions.defaults().readers(2).buffers(2));
  }

  private WriteResult write(SnapshotWriter writer, Duration grace) {
    return writer.write(value.of(writer.version() + 1, 100), new Proof(), grace);
  }

  @Test
  void aLiveReaderIsNeverOverwrittenHoweverSlow() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      write(writer, NO_GRACE);
      try (Snapshot snapshot = reader.read()) {
        write(writer, NO_GRACE);
        SnapshotException.SlowReader slow =
            assertThrows(
                SnapshotException.SlowReader.class, () -> write(writer, Duration.ofMillis(20)));
        assertEquals(ProcessHandle.current().pid(), slow.pid());
        assertTrue(slow.getMessage().contains("version 1 "), slow.getMessage());
        assertEquals(2, writer.version());
        assertNull(Proof.fault(snapshot));
      }
      assertEquals(3, write(writer, NO_GRACE).version());
    }
  }

  @Test
  void aReaderThatReadsNothingHoldsNothing() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      for (int i = 1; i <= 10; i++) {
        write(writer, NO_GRACE);
        reader.read().close();
        assertFalse(write(writer, NO_GRACE).droppedDeadReader());
      }
    }
  }

  @Test
  void theWriterGoesOnAsSoonAsTheReaderLetsGo() throws InterruptedException {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      write(writer, NO_GRACE);
      Snapshot snapshot = reader.read();
      write(writer, NO_GRACE);
      Thread closer = new Thread(snapshot::close);
      closer.start();
      assertEquals(3, write(writer, DEADLINE).version());
      closer.join();
    }
  }

  @Test
  void aDeadReaderHoldsNothing() {
    try (SnapshotWriter writer = state.writer()) {
      write(writer, NO_GRACE);
      try (ChildProcess child = ChildProcess.start(Holder.class, path.toString())) {
        child.expectLine("holding", DEADLINE);
        assertFalse(write(writer, NO_GRACE).droppedDeadReader());
        SnapshotException.SlowReader slow =
            assertThrows(SnapshotException.SlowReader.class, () -> write(writer, NO_GRACE));
        assertEquals(child.pid(), slow.pid());
        child.stop();
        assertThrows(SnapshotException.SlowReader.class, () -> write(writer, NO_GRACE));
        child.kill();
        assertTrue(write(writer, NO_GRACE).droppedDeadReader());
        assertFalse(write(writer, NO_GRACE).droppedDeadReader());
        assertEquals(4, writer.version());
      }
    }
  }

  @Test
  void aReaderDoesNotInheritWhatTheDeadOneInItsSlotHeld() {
    try (SnapshotWriter writer = state.writer()) {
      write(writer, NO_GRACE);
      try (ChildProcess child = ChildProcess.start(Holder.class, path.toString())) {
        child.expectLine("holding", DEADLINE);
        child.kill();
      }
      try (SnapshotReader next = state.reader()) {
        write(writer, NO_GRACE);
        assertFalse(write(writer, NO_GRACE).droppedDeadReader());
        assertEquals(3, next.version());
      }
    }
  }

  /** Reads, and goes on reading until it is killed. */
  static final class Holder {
    public static void main(String[] arguments) throws InterruptedException {
      try (SnapshotReader reader = Synchronizer.open(Path.of(arguments[0])).reader();
          Snapshot snapshot = reader.read()) {
        System.out.println("holding " + snapshot.version());
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }
}
