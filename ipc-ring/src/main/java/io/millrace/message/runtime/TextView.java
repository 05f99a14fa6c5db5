package io.millrace.message.runtime;

import io.millrace.ring.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * A text in the message that is being read. It was checked before the application sees it, and is
 * empty once the message is over.
 */
public final class TextView implements CharSequence {
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final int FIRST_CAPACITY = 64;

  private DirectBuffer buffer;
  private int start;
  private int length;

  /** The characters, if they are not just the bytes. */
  private char[] decoded = {};

  private boolean isDecoded;

  /** Makes one that is empty. */
  TextView() {}

  TextView hide() {
    length = 0;
    return this;
  }

  TextView ascii(DirectBuffer from, int at, int bytes, String what) {
    if (!isAscii(from, at, bytes)) {
      throw new MalformedRecordException(what + ": a byte is no character of ASCII");
    }
    wrap(from, at, bytes);
    return this;
  }

  TextView utf8(DirectBuffer from, int at, int bytes, String what) {
    if (isAscii(from, at, bytes)) {
      wrap(from, at, bytes);
    } else {
      length = decode(from, at, bytes, what);
      isDecoded = true;
    }
    return this;
  }

  private void wrap(DirectBuffer from, int at, int bytes) {
    buffer = from;
    start = at;
    length = bytes;
    isDecoded = false;
  }

  /** How many of the bytes of a field are in front of the first zero. */
  static int used(DirectBuffer from, int at, int bytes) {
    if (bytes == Long.BYTES) {
      long all = from.getLong(at);
      long zeros = (all - ONES) & ~all & HIGH_BITS;
      return Long.numberOfTrailingZeros(zeros) >>> 3;
    }
    int used = 0;
    while (used < bytes && from.getByte(at + used) != 0) {
      used++;
    }
    return used;
  }

  private static boolean isAscii(DirectBuffer from, int at, int bytes) {
    long seen = 0;
    int i = 0;
    for (; i <= bytes - Long.BYTES; i += Long.BYTES) {
      seen |= from.getLong(at + i);
    }
    for (; i < bytes; i++) {
      seen |= from.getByte(at + i);
    }
    return (seen & HIGH_BITS) == 0;
  }

  /** Returns how many characters there are. */
  private int decode(DirectBuffer from, int at, int bytes, String what) {
    if (decoded.length < bytes) {
      decoded = new char[Math.max(FIRST_CAPACITY, bytes)];
    }
    int chars = 0;
    int i = 0;
    while (i < bytes) {
      int first = from.getByte(at + i) & 0xff;
      int size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      if (size == 0 || first > 0xf4 || size > bytes - i) {
        throw malformed(what);
      }
      int code = size == 1 ? first : first & 0xff >> size + 1;
      for (int j = 1; j < size; j++) {
        int next = from.getByte(at + i + j);
        if ((next & 0xc0) != 0x80) {
          throw malformed(what);
        }
        code = code << 6 | next & 0x3f;
      }
      if (size == 3 && (code < 0x800 || code >= 0xd800 && code < 0xe000)
          || size == 4 && (code < 0x10000 || code > Character.MAX_CODE_POINT)) {
        throw malformed(what);
      }
      chars += Character.toChars(code, decoded, chars);
      i += size;
    }
    return chars;
  }

  private static MalformedRecordException malformed(String what) {
    return new MalformedRecordException(what + ": the bytes are no UTF-8");
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public char charAt(int index) {
    Objects.checkIndex(index, length);
    return isDecoded ? decoded[index] : (char) (buffer.getByte(start + index) & 0x7f);
  }

  @Override
  public CharSequence subSequence(int from, int to) {
    return toString().substring(from, to);
  }

  @Override
  public String toString() {
    if (length == 0) {
      return "";
    }
    if (isDecoded) {
      return new String(decoded, 0, length);
    }
    byte[] bytes = new byte[length];
    buffer.getBytes(start, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
