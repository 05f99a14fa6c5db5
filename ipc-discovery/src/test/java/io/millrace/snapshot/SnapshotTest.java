package io.millrace.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one process sees of its own snapshot. */
class SnapshotTest {
  private static final Duration NO_GRACE = Duration.ZERO;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  private Synchronizer state;

  @BeforeEach
  void name() {
    state = Synchronizer.open(directory.resolve("state"));
  }

  private static String text(Snapshot snapshot) {
    byte[] bytes = new byte[snapshot.length()];
    snapshot.buffer().getBytes(0, bytes);
    return new String(bytes, UTF_8);
  }

  @Test
  void aValueIsReadAsItWasWritten() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      WriteResult result = writer.write("first".getBytes(UTF_8), NO_GRACE);
      assertEquals(5, result.length());
      assertEquals(1, result.version());
      assertFalse(result.droppedDeadReader());
      try (Snapshot snapshot = reader.read()) {
        assertEquals("first", text(snapshot));
        assertEquals(1, snapshot.version());
      }
    }
  }

  @Test
  void aPartOfABufferIsAValueToo() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new UnsafeBuffer("a part of it".getBytes(UTF_8)), 2, 4, NO_GRACE);
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals("part", text(snapshot));
      }
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> writer.write(new UnsafeBuffer(new byte[4]), 2, 3, NO_GRACE));
    }
  }

  @Test
  void anEmptyValueIsAValue() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new byte[0], NO_GRACE);
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals(0, snapshot.length());
        assertEquals(1, snapshot.version());
      }
    }
  }

  @Test
  void aReadSaysWhetherTheValueIsAnotherOne() {
    for (SnapshotOptions shape : shapes()) {
      Synchronizer each = Synchronizer.open(directory.resolve("state" + shape.buffers()), shape);
      try (SnapshotWriter writer = each.writer();
          SnapshotReader reader = each.reader();
          SnapshotReader copying = each.copyingReader()) {
        writer.write(new byte[] {1}, NO_GRACE);
        for (SnapshotReader one : new SnapshotReader[] {reader, copying}) {
          assertTrue(switched(one), "the first read of all");
          assertFalse(switched(one), "nothing was written");
        }
        writer.write(new byte[] {1}, NO_GRACE);
        for (SnapshotReader one : new SnapshotReader[] {reader, copying}) {
          assertTrue(switched(one), "the same bytes, written again");
          assertFalse(switched(one), "nothing was written");
        }
      }
    }
  }

  private static SnapshotOptions[] shapes() {
    SnapshotOptions config = SnapshotOptions.defaults().readers(4);
    return new SnapshotOptions[] {config, config.buffers(3)};
  }

  private static boolean switched(SnapshotReader reader) {
    try (Snapshot snapshot = reader.readValidated()) {
      return snapshot.isOn();
    }
  }

  @Test
  void anOpenSnapshotNeverChanges() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write("kept".getBytes(UTF_8), NO_GRACE);
      try (Snapshot snapshot = reader.read()) {
        for (int i = 0; i < 1000; i++) {
          writer.write("other".getBytes(UTF_8), NO_GRACE);
        }
        assertEquals("kept", text(snapshot));
        assertEquals(1, snapshot.version());
        assertEquals(1001, reader.version());
      }
      try (Snapshot snapshot = reader.read()) {
        assertEquals("other", text(snapshot));
        assertEquals(1001, snapshot.version());
      }
    }
  }

  @Test
  void theVersionIsKnownWithoutReading() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      assertEquals(0, reader.version());
      assertEquals(0, writer.version());
      writer.write(new byte[3], NO_GRACE);
      writer.write(new byte[3], NO_GRACE);
      assertEquals(2, reader.version());
      assertEquals(2, writer.version());
    }
  }

  @Test
  void aValueOutlivesItsWriterAndTheNextOneGoesOn() {
    try (SnapshotWriter writer = state.writer()) {
      writer.write("old".getBytes(UTF_8), NO_GRACE);
    }
    try (SnapshotReader reader = state.reader();
        Snapshot snapshot = reader.readValidated()) {
      assertEquals("old", text(snapshot));
      try (SnapshotWriter next = state.writer()) {
        assertEquals(2, next.write("new".getBytes(UTF_8), NO_GRACE).version());
        assertEquals("old", text(snapshot));
      }
    }
  }

  @Test
  void valuesGrowAndShrinkUpToTheMaximum() {
    int maximum = 3 << 20;
    Synchronizer growing =
        Synchronizer.open(
            directory.resolve("growing"), SnapshotOptions.defaults().maximumLength(maximum));
    try (SnapshotWriter writer = growing.writer();
        SnapshotReader reader = growing.reader();
        SnapshotReader copying = growing.copyingReader()) {
      Proof.Value value = new Proof.Value();
      int[] lengths = {1, 7, 8, 4072, 4073, 100_000, 31, maximum, 0, maximum - 1};
      for (int length : lengths) {
        writer.write(value.of(writer.version() + 1, length), new Proof(), NO_GRACE);
        for (SnapshotReader one : new SnapshotReader[] {reader, copying}) {
          try (Snapshot snapshot = one.readValidated()) {
            assertEquals(length, snapshot.length());
            assertNull(Proof.fault(snapshot));
          }
        }
      }
    }
  }

  @Test
  void aCodecThatFailsPublishesNothing() {
    SnapshotCodec<String> failing =
        new Text() {
          @Override
          public int encode(String entity, MutableDirectBuffer buffer, int offset) {
            super.encode(entity, buffer, offset);
            throw new IllegalStateException("on purpose");
          }
        };
    SnapshotCodec<String> lying =
        new Text() {
          @Override
          public int encode(String entity, MutableDirectBuffer buffer, int offset) {
            return 1 + super.encode(entity, buffer, offset);
          }
        };
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write("good", new Text(), NO_GRACE);
      assertThrows(IllegalStateException.class, () -> writer.write("bad", failing, NO_GRACE));
      assertThrows(IllegalArgumentException.class, () -> writer.write("bad", lying, NO_GRACE));
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals("good", snapshot.decode(new Text()));
      }
      assertEquals(2, writer.write("better", new Text(), NO_GRACE).version());
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals("better", snapshot.decode(new Text()));
      }
    }
  }

  /** The plainest codec. */
  private static class Text implements SnapshotCodec<String> {
    @Override
    public int maximumLength(String entity) {
      return entity.length();
    }

    @Override
    public int encode(String entity, MutableDirectBuffer buffer, int offset) {
      return buffer.putStringWithoutLengthAscii(offset, entity);
    }

    @Override
    public String decode(DirectBuffer buffer, int offset, int length) {
      return buffer.getStringWithoutLengthAscii(offset, length);
    }
  }

  @Test
  void aReaderHasOneGuardAndReadsOnceAtATime() {
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new byte[1], NO_GRACE);
      Snapshot first = reader.read();
      assertThrows(IllegalStateException.class, reader::read);
      writer.write(new byte[1], NO_GRACE);
      assertThrows(IllegalStateException.class, reader::read);
      first.close();
      first.close();
      assertThrows(IllegalStateException.class, first::buffer);
      try (Snapshot second = reader.read()) {
        assertSame(first, second);
      }
    }
  }

  @Test
  void useAfterCloseIsAnExceptionAndNeverACrash() {
    SnapshotWriter writer = state.writer();
    writer.write(new byte[64], NO_GRACE);
    for (SnapshotReader reader : new SnapshotReader[] {state.reader(), state.copyingReader()}) {
      Snapshot snapshot = reader.read();
      DirectBuffer leaked = snapshot.buffer();
      reader.close();
      reader.close();
      assertThrows(IndexOutOfBoundsException.class, () -> leaked.getLong(0));
      assertThrows(IllegalStateException.class, snapshot::version);
      assertThrows(IllegalStateException.class, reader::read);
      assertThrows(IllegalStateException.class, reader::version);
      assertThrows(IllegalStateException.class, reader::isReplaced);
      assertThrows(IllegalStateException.class, () -> reader.awaitNewer(0, NO_GRACE));
      snapshot.close();
    }
    writer.close();
    writer.close();
    assertThrows(IllegalStateException.class, () -> writer.write(new byte[1], NO_GRACE));
  }

  @Test
  void nothingIsLeftOpen() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (SnapshotWriter writer = state.writer();
              SnapshotReader reader = state.reader();
              SnapshotReader copying = state.copyingReader()) {
            writer.write(new byte[64], NO_GRACE);
            reader.read().close();
            copying.read().close();
            assertFalse(reader.awaitNewer(1, Duration.ofMillis(1)));
          }
          assertTrue(state.remove());
          assertFalse(state.remove());
        });
    assertEquals(0, OpenDescriptors.mappings(directory.toString()));
  }
}
