package io.millrace.snapshot;

import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** The shape of one snapshot file, as its first bytes tell it. */
record Geometry(int readers, int buffers, long maximumLength, boolean wakeAlways) {
  static Geometry of(SnapshotOptions options) {
    return new Geometry(
        options.readers(),
        options.bufferCount(),
        options.maximumLength(),
        options.isWakingReadOnlyReaders());
  }

  int headerLength() {
    return SnapshotLayout.headerLength(readers);
  }

  long stride() {
    return SnapshotLayout.stride(maximumLength);
  }

  long fileLength() {
    return bufferOffset(buffers);
  }

  long bufferOffset(int buffer) {
    return headerLength() + buffer * stride();
  }

  /** With a buffer for every reader, the current one and one to write, nobody ever waits. */
  boolean isWaitFree() {
    return buffers >= readers + 2;
  }

  byte[] encode() {
    byte[] bytes = new byte[SnapshotLayout.GEOMETRY_LENGTH];
    UnsafeBuffer header = new UnsafeBuffer(bytes);
    header.putLong(SnapshotLayout.MAGIC_OFFSET, SnapshotLayout.MAGIC);
    header.putInt(
        SnapshotLayout.LAYOUT_VERSION_OFFSET,
        SnapshotLayout.MAJOR_VERSION << 16 | SnapshotLayout.MINOR_VERSION);
    header.putInt(SnapshotLayout.HEADER_LENGTH_OFFSET, headerLength());
    header.putInt(SnapshotLayout.READERS_OFFSET, readers);
    header.putInt(SnapshotLayout.BUFFERS_OFFSET, buffers);
    header.putInt(SnapshotLayout.FLAGS_OFFSET, wakeAlways ? SnapshotLayout.FLAG_WAKE_ALWAYS : 0);
    header.putLong(SnapshotLayout.MAXIMUM_OFFSET, maximumLength);
    header.putLong(SnapshotLayout.STRIDE_OFFSET, stride());
    header.putInt(SnapshotLayout.CRC_OFFSET, crc(bytes));
    return bytes;
  }

  /** Tells whether a file that begins so is, or is to be, a snapshot of some version. */
  static boolean isMarked(byte[] start) {
    return start.length == SnapshotLayout.GEOMETRY_LENGTH
        && new UnsafeBuffer(start).getLong(SnapshotLayout.MAGIC_OFFSET) == SnapshotLayout.MAGIC;
  }

  /** Believes nothing: whatever passes is safe to map and to index by. */
  static Geometry decode(byte[] bytes, long fileLength, Path path) {
    UnsafeBuffer header = new UnsafeBuffer(bytes);
    if (!isMarked(bytes)) {
      throw new SnapshotException.NotASnapshot(path);
    }
    int layout = header.getInt(SnapshotLayout.LAYOUT_VERSION_OFFSET);
    if (layout >>> 16 != SnapshotLayout.MAJOR_VERSION) {
      throw new SnapshotException.OtherVersion(path, layout >>> 16);
    }
    int crc = header.getInt(SnapshotLayout.CRC_OFFSET);
    header.putInt(SnapshotLayout.CRC_OFFSET, 0);
    if (crc != crc(bytes)) {
      throw new DamagedSnapshotException(path, "the checksum of its header is wrong");
    }
    Geometry geometry =
        new Geometry(
            header.getInt(SnapshotLayout.READERS_OFFSET),
            header.getInt(SnapshotLayout.BUFFERS_OFFSET),
            header.getLong(SnapshotLayout.MAXIMUM_OFFSET),
            (header.getInt(SnapshotLayout.FLAGS_OFFSET) & SnapshotLayout.FLAG_WAKE_ALWAYS) != 0);
    if (!geometry.isSane()
        || header.getInt(SnapshotLayout.HEADER_LENGTH_OFFSET) != geometry.headerLength()
        || header.getLong(SnapshotLayout.STRIDE_OFFSET) != geometry.stride()) {
      throw new DamagedSnapshotException(path, "its header makes no sense: " + geometry);
    }
    if (fileLength < geometry.fileLength()) {
      throw new DamagedSnapshotException(
          path, "it was cut to " + fileLength + " of " + geometry.fileLength() + " bytes");
    }
    return geometry;
  }

  private boolean isSane() {
    return readers >= 1
        && readers <= SnapshotLayout.MAX_READERS
        && buffers >= 2
        && buffers <= SnapshotLayout.MAX_BUFFERS
        && maximumLength >= 0
        && maximumLength <= SnapshotLayout.MAX_VALUE_LENGTH;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
