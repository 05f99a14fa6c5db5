package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that is wrong is said, and left as it is. */
class SnapshotErrorsTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final SnapshotOptions SMALL =
      SnapshotOptions.defaults().readers(3).maximumLength(100);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir(factory = SharedMemory.class)
  Path directory;

  private Path path;
  private Synchronizer state;

  @BeforeEach
  void name() {
    path = directory.resolve("state");
    state = Synchronizer.open(path);
  }

  @Test
  void readingBeforeTheFirstWriteIsAnErrorAndCreatesNothing() throws IOException {
    assertThrows(SnapshotException.NothingWritten.class, state::reader);
    assertThrows(SnapshotException.NothingWritten.class, state::copyingReader);
    assertThrows(
        SnapshotException.NothingWritten.class, () -> state.awaitReader(Duration.ofMillis(1)));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader();
        SnapshotReader copying = state.copyingReader()) {
      assertThrows(SnapshotException.NothingWritten.class, reader::read);
      assertThrows(SnapshotException.NothingWritten.class, copying::read);
      writer.write(new byte[1], NO_GRACE);
      reader.read().close();
      copying.read().close();
    }
  }

  @Test
  void aMissingDirectoryIsNamed() {
    Synchronizer nowhere = Synchronizer.open(directory.resolve("no/state"));
    assertTrue(
        assertThrows(MillraceException.class, nowhere::writer)
            .getMessage()
            .contains(directory.resolve("no").toString()));
    assertThrows(MillraceException.class, nowhere::reader);
  }

  @Test
  void aSecondWriterIsRefusedWithThePidOfTheFirst() {
    try (SnapshotWriter writer = state.writer()) {
      SnapshotException.SecondWriter refused =
          assertThrows(SnapshotException.SecondWriter.class, state::writer);
      assertEquals(ProcessHandle.current().pid(), refused.pid());
      assertThrows(SnapshotException.SecondWriter.class, state::remove);
      try (ChildProcess child = ChildProcess.start(SecondWriter.class, path.toString())) {
        assertEquals("" + refused.pid(), child.expectLine("refused", DEADLINE));
      }
      writer.write(new byte[1], NO_GRACE);
    }
    state.writer().close();
  }

  /** Tries to become the writer. */
  static final class SecondWriter {
    public static void main(String[] arguments) {
      try (SnapshotWriter writer = Synchronizer.open(Path.of(arguments[0])).writer()) {
        System.out.println("admitted to " + writer.path());
      } catch (SnapshotException.SecondWriter refused) {
        System.out.println("refused " + refused.pid());
      }
    }
  }

  @Test
  void oneReaderTooManyIsRefused() {
    Synchronizer few = Synchronizer.open(path, SnapshotOptions.defaults().readers(2));
    few.writer().close();
    try (SnapshotReader one = few.reader()) {
      try (SnapshotReader two = few.reader()) {
        assertThrows(SnapshotException.TooManyReaders.class, few::reader);
        assertEquals(one.path(), two.path());
        few.copyingReader().close();
      }
      few.reader().close();
    }
  }

  @Test
  void aValueThatIsTooLongIsRefusedAndNothingIsPublished() {
    Synchronizer small = Synchronizer.open(path, SnapshotOptions.defaults().maximumLength(100));
    try (SnapshotWriter writer = small.writer()) {
      writer.write(new byte[100], NO_GRACE);
      assertThrows(SnapshotException.TooLong.class, () -> writer.write(new byte[101], NO_GRACE));
      assertEquals(1, writer.version());
      writer.write(new byte[100], NO_GRACE);
    }
  }

  @Test
  void anotherShapeIsRefusedAndNoneIsTakenAsItIs() {
    SnapshotOptions shape = SnapshotOptions.defaults().readers(3);
    Synchronizer.open(path, shape).writer().close();
    Synchronizer other = Synchronizer.open(path, shape.maximumLength(5));
    assertThrows(SnapshotException.OtherShape.class, other::writer);
    assertThrows(SnapshotException.OtherShape.class, other::reader);
    state.writer().close();
    Synchronizer.open(path, shape).writer().close();
  }

  @Test
  void aFileThatWasRemovedOrReplacedIsNoticed() throws IOException {
    writeOne();
    try (SnapshotWriter old = state.writer();
        SnapshotReader reader = state.reader();
        SnapshotReader copying = state.copyingReader()) {
      assertFalse(reader.isReplaced() || copying.isReplaced() || old.isReplaced());
      Files.delete(path);
      assertTrue(reader.isReplaced() && copying.isReplaced() && old.isReplaced());
      assertThrows(SnapshotException.NothingWritten.class, state::reader);
      try (SnapshotWriter next = state.writer()) {
        assertEquals(1, next.write(new byte[2], NO_GRACE).version());
        assertTrue(reader.isReplaced() && copying.isReplaced() && old.isReplaced());
        assertThrows(
            SnapshotException.Replaced.class, () -> reader.awaitNewer(1, Duration.ofDays(1)));
        try (Snapshot snapshot = reader.read()) {
          assertEquals(40, snapshot.length());
        }
      }
    }
  }

  @Test
  void readersOfAFileThatWasRemovedProperlyAreToldByTheirNextRead() {
    writeOne();
    try (SnapshotReader reader = state.reader();
        SnapshotReader copying = state.copyingReader();
        SnapshotReader late = state.reader()) {
      try (Snapshot snapshot = reader.read()) {
        assertTrue(state.remove());
        assertEquals(40, snapshot.length());
      }
      for (SnapshotReader one : List.of(reader, copying, late)) {
        assertThrows(SnapshotException.Replaced.class, one::read);
        assertThrows(SnapshotException.Replaced.class, one::version);
        assertTrue(one.isReplaced());
      }
      assertThrows(SnapshotException.NothingWritten.class, state::reader);
      state.writer().close();
    }
  }

  @Test
  void aShapeOutOfRangeIsRefused() {
    SnapshotOptions config = SnapshotOptions.defaults();
    assertThrows(IllegalArgumentException.class, () -> config.readers(0));
    assertThrows(IllegalArgumentException.class, () -> config.readers(1022));
    assertEquals(1022, config.buffers(100).readers(1022).readers());
    assertEquals(config.readers(5).buffers(3), config.buffers(3).readers(5));
    assertThrows(IllegalArgumentException.class, () -> config.buffers(1));
    assertThrows(IllegalArgumentException.class, () -> config.buffers(1024));
    assertThrows(IllegalArgumentException.class, () -> config.maximumLength(-1));
    assertThrows(IllegalArgumentException.class, () -> config.maximumLength(1L << 31));
    assertThrows(IllegalArgumentException.class, () -> config.permissions(01777));
  }

  private void writeOne() {
    try (SnapshotWriter writer = Synchronizer.open(path, SMALL).writer()) {
      writer.write(new byte[40], NO_GRACE);
    }
  }
}
