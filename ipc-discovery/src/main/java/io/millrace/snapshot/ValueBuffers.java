package io.millrace.snapshot;

import io.millrace.os.Mapping;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The buffers of a mapped file, one at a time: a cursor that stands on one of them.
 *
 * <p>A buffer's version is 0 while it is written, so that a reader that copies without a pin can
 * tell that its copy is of one piece: the version is the same, and not 0, before and after.
 *
 * <p>Nothing is checked here. The caller has seen to it that the buffer exists, that a length is
 * {@linkplain #isPossible possible}, and that the file is mapped.
 */
final class ValueBuffers {
  /** Up to here the call of the JVM's general copy costs more than the copy itself. */
  private static final int SHORT = 128;

  /** What views look through, each made when it is needed first: it outlives the mapping. */
  private final ByteBuffer[] values;

  private final IntFunction<ByteBuffer> makeValue;

  private final long first;
  private final long stride;
  private final long maximumLength;
  private int cursor;
  private long header;

  /**
   * Stands on the first buffer.
   *
   * @param address where the file is mapped
   * @param geometry its shape
   * @param makeValue makes what may be handed to anybody: all that a buffer has room for
   */
  ValueBuffers(long address, Geometry geometry, IntFunction<ByteBuffer> makeValue) {
    this.makeValue = makeValue;
    values = new ByteBuffer[geometry.buffers()];
    first = address + geometry.bufferOffset(0);
    stride = geometry.stride();
    maximumLength = geometry.maximumLength();
    header = first;
  }

  static ValueBuffers of(Mapping mapping, Geometry geometry) {
    int length = (int) geometry.maximumLength();
    return new ValueBuffers(
        mapping.address(),
        geometry,
        buffer -> mapping.buffer(geometry.bufferOffset(buffer) + SnapshotLayout.VALUE, length));
  }

  int count() {
    return values.length;
  }

  void moveTo(int buffer) {
    cursor = buffer;
    header = first + buffer * stride;
  }

  /** Before and behind all that is read of the value ({@code snapshot-copy.wm}). */
  long version() {
    return UnsafeApi.getLongVolatile(null, header + SnapshotLayout.VALUE_VERSION);
  }

  /** The length as it stands there, possible or not. */
  long length() {
    return UnsafeApi.getLong(null, header + SnapshotLayout.VALUE_LENGTH);
  }

  long checksum() {
    return UnsafeApi.getLong(null, header + SnapshotLayout.VALUE_CHECKSUM);
  }

  boolean isPossible(long length) {
    return length >= 0 && length <= maximumLength;
  }

  /**
   * Makes a view show the value's bytes. Wherever the view gets to, using it is never fatal, also
   * when the file is not mapped any more.
   */
  void show(UnsafeBuffer view, int length) {
    ByteBuffer value = values[cursor];
    view.wrap(value == null ? value() : value, 0, length);
  }

  private ByteBuffer value() {
    ByteBuffer value = makeValue.apply(cursor);
    values[cursor] = value;
    return value;
  }

  /**
   * The buffer is not the current one any more, and nobody may see this before that: between the
   * store of the current word and this plain store the writer has looked at its readers, by
   * volatile loads, which keep the two in order. The volatile store of the word alone would not
   * ({@code snapshot-copy-current.wm}).
   */
  void invalidate() {
    UnsafeApi.putLong(null, header + SnapshotLayout.VALUE_VERSION, 0);
    // Before the first byte of the new value, for readers that copy the old one.
    VarHandle.storeStoreFence();
  }

  /** Copies bytes to the start of the value; the source's bounds have been checked. */
  void fill(DirectBuffer source, int offset, int length) {
    copy(source.byteArray(), source.addressOffset() + offset, length);
  }

  void fill(byte[] bytes) {
    copy(bytes, BufferUtil.ARRAY_BASE_OFFSET, bytes.length);
  }

  private void copy(byte[] array, long from, int length) {
    long to = header + SnapshotLayout.VALUE;
    if (length > SHORT || length < Long.BYTES) {
      UnsafeApi.copyMemory(array, from, null, to, length);
      return;
    }
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      UnsafeApi.putLong(null, to + i, UnsafeApi.getLong(array, from + i));
    }
    // The last word may overlap the one before.
    UnsafeApi.putLong(null, to + last, UnsafeApi.getLong(array, from + last));
  }

  /** Completes what was written since {@link #invalidate} ({@code snapshot-publish.wm}). */
  void complete(long version, int length) {
    UnsafeApi.putLong(null, header + SnapshotLayout.VALUE_LENGTH, length);
    UnsafeApi.putLong(
        null,
        header + SnapshotLayout.VALUE_CHECKSUM,
        WyHash.of(null, header + SnapshotLayout.VALUE, length, version));
    UnsafeApi.putLongRelease(null, header + SnapshotLayout.VALUE_VERSION, version);
  }
}
