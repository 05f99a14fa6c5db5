package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short values are copied in a way of their own. */
class EveryLengthTest {
  private static final int LONGEST = 300;
  private static final int OFFSET = 3;

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @Test
  void bytesOfEveryLengthArriveAsTheyAreFromEveryKindOfMemory() {
    byte[] random = new byte[OFFSET + LONGEST];
    new SplittableRandom(7).nextBytes(random);
    UnsafeBuffer heap = new UnsafeBuffer(random);
    UnsafeBuffer direct = new UnsafeBuffer(BufferUtil.allocateDirectAligned(random.length, 8));
    direct.putBytes(0, random);
    Synchronizer state = Synchronizer.open(directory.resolve("state"));
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      for (int length = 0; length <= LONGEST; length++) {
        byte[] expected = Arrays.copyOfRange(random, OFFSET, OFFSET + length);
        writer.write(heap, OFFSET, length, Duration.ZERO);
        assertArrayEquals(expected, read(reader));
        writer.write(direct, OFFSET, length, Duration.ZERO);
        assertArrayEquals(expected, read(reader));
        writer.write(expected, Duration.ZERO);
        assertArrayEquals(expected, read(reader));
      }
    }
  }

  private static byte[] read(SnapshotReader reader) {
    try (Snapshot snapshot = reader.readValidated()) {
      byte[] bytes = new byte[snapshot.length()];
      snapshot.buffer().getBytes(0, bytes);
      return bytes;
    }
  }
}
