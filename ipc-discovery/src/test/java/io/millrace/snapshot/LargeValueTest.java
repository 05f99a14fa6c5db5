package io.millrace.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are large, or grow: a file has room for as much as they need. */
class LargeValueTest {
  private static final int LENGTH = (1 << 30) + 12_345;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @Test
  void aValueMayBeLargerThanAGibibyte() throws IOException {
    long room = Files.getFileStore(directory).getUsableSpace();
    assumeTrue(room > 4L << 30 && availableMemory() > 4L << 30, "not enough memory for this");
    Synchronizer state =
        Synchronizer.open(
            directory.resolve("state"), SnapshotOptions.defaults().maximumLength(LENGTH));
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(1L, new Small(), Duration.ZERO);
      writer.write(2L, new Large(), Duration.ZERO);
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals(LENGTH, snapshot.length());
        assertEquals(2L, snapshot.decode(new Large()));
        assertThrows(IndexOutOfBoundsException.class, () -> snapshot.buffer().getByte(LENGTH));
      }
      writer.write(3L, new Small(), Duration.ZERO);
      try (Snapshot snapshot = reader.readValidated()) {
        assertEquals(3L, snapshot.decode(new Small()));
      }
    }
  }

  @Test
  void roomIsTakenOnlyByWhatValuesNeeded() throws Exception {
    int mebibyte = 1 << 20;
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path);
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      for (int i = 0; i < 100; i++) {
        writer.write(new byte[100], Duration.ZERO);
        reader.read().close();
      }
      assertEquals(18L * mebibyte, Files.size(path), mebibyte);
      assertEquals(0, room(path), mebibyte / 8);
      writer.write(new byte[mebibyte], Duration.ZERO);
      assertEquals(mebibyte, room(path), mebibyte / 8);
      for (int i = 0; i < 100; i++) {
        writer.write(new byte[100], Duration.ZERO);
      }
      assertEquals(mebibyte, room(path), mebibyte / 8);
    }
  }

  /** How many bytes the file system has given to a file. */
  private static long room(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "--format=%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip());
  }

  private static long availableMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith("MemAvailable:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  /** A number. */
  private static class Small implements SnapshotCodec<Long> {
    @Override
    public int maximumLength(Long entity) {
      return Long.BYTES;
    }

    @Override
    public int encode(Long entity, MutableDirectBuffer buffer, int offset) {
      buffer.putLong(offset, entity);
      return Long.BYTES;
    }

    @Override
    public Long decode(DirectBuffer buffer, int offset, int length) {
      return buffer.getLong(offset);
    }
  }

  /** A number at the very end of a gibibyte of zeroes. */
  private static final class Large extends Small {
    @Override
    public int maximumLength(Long entity) {
      return LENGTH;
    }

    @Override
    public int encode(Long entity, MutableDirectBuffer buffer, int offset) {
      super.encode(entity, buffer, offset + LENGTH - Long.BYTES);
      return LENGTH;
    }

    @Override
    public Long decode(DirectBuffer buffer, int offset, int length) {
      return super.decode(buffer, offset + length - Long.BYTES, Long.BYTES);
    }
  }
}
