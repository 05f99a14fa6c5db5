package io.millrace.snapshot;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The buffers of a mapped file, one at a time: a cursor that stands on one of them.
 *
 * <p>A buffer's version is 0 while it is written, so that whoever copies without a pin can tell
 * that its copy is of one piece: the version is the same, and not 0, before and after.
 */
final class ValueBuffers {
  private final long address;
  private final Geometry geometry;
  private final UnsafeBuffer header = new UnsafeBuffer(0, 0);

  ValueBuffers(long address, Geometry geometry) {
    this.address = address;
    this.geometry = geometry;
  }

  void moveTo(int buffer) {
    header.wrap(address + geometry.bufferOffset(buffer), SnapshotLayout.VALUE);
  }

  long version() {
    return header.getLongVolatile(SnapshotLayout.VALUE_VERSION);
  }

  /** The length as it stands there, possible or not. */
  long length() {
    return header.getLong(SnapshotLayout.VALUE_LENGTH);
  }

  long checksum() {
    return header.getLong(SnapshotLayout.VALUE_CHECKSUM);
  }

  boolean isPossible(long length) {
    return length >= 0 && length <= geometry.maximumLength();
  }

  /** Makes a view show the value's bytes. */
  void show(UnsafeBuffer view, int length) {
    view.wrap(header.addressOffset() + SnapshotLayout.VALUE, length);
  }

  void invalidate() {
    header.putLongVolatile(SnapshotLayout.VALUE_VERSION, 0);
  }

  void complete(long version, int length, long checksum) {
    header.putLong(SnapshotLayout.VALUE_LENGTH, length);
    header.putLong(SnapshotLayout.VALUE_CHECKSUM, checksum);
    header.putLongRelease(SnapshotLayout.VALUE_VERSION, version);
  }
}
