package io.millrace.ring;

import org.agrona.UnsafeApi;

/**
 * Shared memory without the bounds checks of Agrona's buffers, for the hot paths. Its users pass
 * offsets that are constants of the layout, or masked to the data area, and check first that they
 * are not closed; tests run with assertions, which check every access.
 */
final class RawMemory {
  private final long address;
  private final int length;

  RawMemory(long address, int length) {
    this.address = address;
    this.length = length;
  }

  long getLong(int offset) {
    assert isInside(offset, Long.BYTES);
    return UnsafeApi.getLong(null, address + offset);
  }

  long getLongVolatile(int offset) {
    assert isInside(offset, Long.BYTES);
    return UnsafeApi.getLongVolatile(null, address + offset);
  }

  void putLong(int offset, long value) {
    assert isInside(offset, Long.BYTES);
    UnsafeApi.putLong(null, address + offset, value);
  }

  void putLongOpaque(int offset, long value) {
    assert isInside(offset, Long.BYTES);
    UnsafeApi.putLongOpaque(null, address + offset, value);
  }

  /** Adds to what only the caller writes. */
  void addLongOpaque(int offset, long value) {
    assert isInside(offset, Long.BYTES);
    UnsafeApi.putLongOpaque(
        null, address + offset, UnsafeApi.getLong(null, address + offset) + value);
  }

  void putLongRelease(int offset, long value) {
    assert isInside(offset, Long.BYTES);
    UnsafeApi.putLongRelease(null, address + offset, value);
  }

  boolean compareAndSetLong(int offset, long expected, long value) {
    assert isInside(offset, Long.BYTES);
    return UnsafeApi.compareAndSetLong(null, address + offset, expected, value);
  }

  int getInt(int offset) {
    assert isInside(offset, Integer.BYTES);
    return UnsafeApi.getInt(null, address + offset);
  }

  void putInt(int offset, int value) {
    assert isInside(offset, Integer.BYTES);
    UnsafeApi.putInt(null, address + offset, value);
  }

  private boolean isInside(int offset, int size) {
    return offset >= 0 && offset <= length - size;
  }
}
