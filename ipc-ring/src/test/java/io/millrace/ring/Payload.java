package io.millrace.ring;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Payloads of which every byte proves which record it belongs to, and where in it. */
final class Payload {
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private Payload() {}

  static void fill(MutableDirectBuffer buffer, int offset, int length, long record) {
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      buffer.putLong(offset + i, word(record, i));
    }
    for (; i < length; i++) {
      buffer.putByte(offset + i, (byte) word(record, i));
    }
  }

  static void check(DirectBuffer buffer, int offset, int length, long record) {
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      if (buffer.getLong(offset + i) != word(record, i)) {
        throw new AssertionError("record " + record + " is damaged at byte " + i);
      }
    }
    for (; i < length; i++) {
      if (buffer.getByte(offset + i) != (byte) word(record, i)) {
        throw new AssertionError("record " + record + " is damaged at byte " + i);
      }
    }
  }

  private static long word(long record, int at) {
    return (record + 1) * SPREAD + at;
  }
}
