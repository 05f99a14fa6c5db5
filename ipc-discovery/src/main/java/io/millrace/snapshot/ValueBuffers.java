package io.millrace.snapshot;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The buffers of a mapped file, one at a time: a cursor that stands on one of them.
 *
 * <p>A buffer's version is 0 while it is written, so that whoever copies without a pin can tell
 * that its copy is of one piece: the version is the same, and not 0, before and after.
 */
final class ValueBuffers {
  private final UnsafeBuffer[] headers;
  private final long maximumLength;
  private UnsafeBuffer header;

  ValueBuffers(long address, Geometry geometry) {
    maximumLength = geometry.maximumLength();
    headers = new UnsafeBuffer[geometry.buffers()];
    for (int i = 0; i < headers.length; i++) {
      headers[i] = new UnsafeBuffer(address + geometry.bufferOffset(i), SnapshotLayout.VALUE);
    }
  }

  int count() {
    return headers.length;
  }

  void moveTo(int buffer) {
    header = headers[buffer];
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
    return length >= 0 && length <= maximumLength;
  }

  /** Makes a view show the value's bytes. */
  void show(UnsafeBuffer view, int length) {
    view.wrap(header.addressOffset() + SnapshotLayout.VALUE, length);
  }

  void invalidate() {
    header.putLong(SnapshotLayout.VALUE_VERSION, 0);
    // Before the first byte of the new value, for whoever copies the old one.
    VarHandle.storeStoreFence();
  }

  void complete(long version, int length, long checksum) {
    header.putLong(SnapshotLayout.VALUE_LENGTH, length);
    header.putLong(SnapshotLayout.VALUE_CHECKSUM, checksum);
    header.putLongRelease(SnapshotLayout.VALUE_VERSION, version);
  }
}
