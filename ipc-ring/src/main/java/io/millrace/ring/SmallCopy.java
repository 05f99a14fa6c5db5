package io.millrace.ring;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Copies payloads into the ring. Short ones word by word: the call of the JVM's general copy costs
 * more than the copy itself.
 */
final class SmallCopy {
  private static final int MAX_LENGTH = 128;

  private SmallCopy() {}

  static void copy(
      UnsafeBuffer target, int targetIndex, DirectBuffer source, int offset, int length) {
    if (length > MAX_LENGTH || length < Long.BYTES) {
      target.putBytes(targetIndex, source, offset, length);
      return;
    }
    source.boundsCheck(offset, length);
    target.boundsCheck(targetIndex, length);
    byte[] array = source.byteArray();
    long from = source.addressOffset() + offset;
    long to = target.addressOffset() + targetIndex;
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      UnsafeApi.putLong(null, to + i, UnsafeApi.getLong(array, from + i));
    }
    // The last word may overlap the one before.
    UnsafeApi.putLong(null, to + last, UnsafeApi.getLong(array, from + last));
  }
}
