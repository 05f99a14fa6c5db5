package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no snapshot, or a damaged one, is never trusted, and left as it is. */
class DamagedFileTest {
  private static final Duration NO_GRACE = Duration.ZERO;
  private static final SnapshotOptions SMALL =
      SnapshotOptions.defaults().readers(3).maximumLength(100);

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
  void whatIsNoSnapshotIsNeverOverwritten() throws IOException {
    for (byte[] content : List.of(new byte[0], new byte[] {1, 2, 3}, new byte[10_000])) {
      Files.write(path, content);
      assertLeftAlone(SnapshotException.NotASnapshot.class);
    }
    Files.delete(path);
    Files.createDirectory(path);
    assertThrows(RuntimeException.class, state::writer);
    assertThrows(SnapshotException.NotASnapshot.class, state::copyingReader);
    Files.delete(path);
    Files.createSymbolicLink(path, directory.resolve("elsewhere"));
    assertThrows(MillraceException.class, state::writer);
    assertFalse(Files.exists(directory.resolve("elsewhere")));
  }

  @Test
  void aNewerLayoutIsNeverOverwritten() throws IOException {
    writeOne();
    patch(SnapshotLayout.LAYOUT_VERSION_OFFSET + 2, (byte) 9);
    assertLeftAlone(SnapshotException.OtherVersion.class);
  }

  @Test
  void aDamagedHeaderIsNeverTrusted() throws IOException {
    writeOne();
    byte[] good = Files.readAllBytes(path);
    for (int at = SnapshotLayout.CRC_OFFSET; at < SnapshotLayout.GEOMETRY_LENGTH; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 0x40;
      Files.write(path, bad);
      assertLeftAlone(DamagedSnapshotException.class);
    }
  }

  @Test
  void aHeaderThatMakesNoSenseIsNeverTrustedWhateverItsChecksum() throws IOException {
    writeOne();
    byte[] good = Files.readAllBytes(path);
    int[] fields = {
      SnapshotLayout.HEADER_LENGTH_OFFSET,
      SnapshotLayout.READERS_OFFSET,
      SnapshotLayout.BUFFERS_OFFSET,
      SnapshotLayout.MAXIMUM_OFFSET + 4,
      SnapshotLayout.STRIDE_OFFSET
    };
    for (int field : fields) {
      for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x10000}) {
        byte[] bad = good.clone();
        ByteBuffer header = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(field, value).putInt(SnapshotLayout.CRC_OFFSET, 0);
        CRC32C crc = new CRC32C();
        crc.update(bad, 0, SnapshotLayout.GEOMETRY_LENGTH);
        header.putInt(SnapshotLayout.CRC_OFFSET, (int) crc.getValue());
        Files.write(path, bad);
        assertLeftAlone(DamagedSnapshotException.class);
      }
    }
  }

  @Test
  void aFileThatWasCutShortIsNotMapped() throws IOException {
    writeOne();
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    assertLeftAlone(DamagedSnapshotException.class);
  }

  @Test
  void aCurrentWordOrLengthThatLeadsOutsideIsNeverFollowed() throws IOException {
    writeOne();
    long value = SnapshotLayout.headerLength(SMALL.readers());
    putLong(value + SnapshotLayout.VALUE_LENGTH, Long.MAX_VALUE);
    assertReadersSayDamaged();
    putLong(value + SnapshotLayout.VALUE_LENGTH, -1);
    assertReadersSayDamaged();
    putLong(value + SnapshotLayout.VALUE_LENGTH, 0);
    putLong(SnapshotLayout.CURRENT_OFFSET, SnapshotLayout.word(1, 1023));
    assertReadersSayDamaged("it names buffer 1023");
    assertThrows(DamagedSnapshotException.class, state::writer);
    putLong(SnapshotLayout.CURRENT_OFFSET, SnapshotLayout.word(7, 0));
    assertReadersSayDamaged();
    assertThrows(DamagedSnapshotException.class, state::writer);
    for (long word = -3; word > -9; word--) {
      putLong(SnapshotLayout.CURRENT_OFFSET, word);
      assertReadersSayDamaged();
      assertThrows(DamagedSnapshotException.class, state::writer);
    }
  }

  private void assertReadersSayDamaged() {
    assertReadersSayDamaged("damaged");
  }

  private void assertReadersSayDamaged(String how) {
    try (SnapshotReader reader = state.reader();
        SnapshotReader copying = state.copyingReader()) {
      for (SnapshotReader one : List.of(reader, copying)) {
        String said = assertThrows(DamagedSnapshotException.class, one::read).getMessage();
        assertTrue(said.contains(how), said);
      }
    }
  }

  @Test
  void aDamagedValueIsFoundByEveryValidatedRead() throws IOException {
    writeOne();
    long value = SnapshotLayout.headerLength(SMALL.readers());
    patch((int) value + SnapshotLayout.VALUE + 30, (byte) 1);
    try (SnapshotReader reader = state.reader();
        SnapshotReader copying = state.copyingReader()) {
      reader.read().close();
      assertThrows(DamagedSnapshotException.class, reader::readValidated);
      assertThrows(DamagedSnapshotException.class, reader::readValidated);
      assertThrows(DamagedSnapshotException.class, copying::read);
      try (SnapshotWriter writer = state.writer()) {
        writer.write(new byte[40], NO_GRACE);
      }
      reader.readValidated().close();
      copying.read().close();
    }
  }

  @Test
  void aValueThatIsFoundDamagedIsNotHeld() throws IOException {
    SnapshotOptions two = SnapshotOptions.defaults().readers(1).buffers(2);
    try (SnapshotWriter writer = Synchronizer.open(path, two).writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new byte[40], NO_GRACE);
      long value = SnapshotLayout.headerLength(two.readers());
      putLong(value + SnapshotLayout.VALUE_LENGTH, -1);
      assertThrows(DamagedSnapshotException.class, reader::read);
      // The second of these needs the buffer that the reader has met.
      writer.write(new byte[40], NO_GRACE);
      writer.write(new byte[40], NO_GRACE);
      reader.readValidated().close();
    }
  }

  private void writeOne() {
    try (SnapshotWriter writer = Synchronizer.open(path, SMALL).writer()) {
      writer.write(new byte[40], NO_GRACE);
    }
  }

  private <T extends MillraceException> void assertLeftAlone(Class<T> expected) throws IOException {
    byte[] before = Files.readAllBytes(path);
    assertThrows(expected, state::writer);
    assertThrows(expected, state::reader);
    assertThrows(expected, state::copyingReader);
    assertThrows(expected, state::remove);
    assertArrayEquals(before, Files.readAllBytes(path));
  }

  private void patch(int offset, byte change) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      int old = file.read();
      file.seek(offset);
      file.write(old ^ change);
    }
  }

  private void putLong(long offset, long value) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      file.writeLong(Long.reverseBytes(value));
    }
  }
}
