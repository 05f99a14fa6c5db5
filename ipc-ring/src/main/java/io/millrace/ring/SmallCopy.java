package io.millrace.ring;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Copies payloads into the ring. Short ones word by word: the call of the JVM's general copy costs
 * more than the copy itself. No loops: the words of the second half may overlap those of the first,
 * so that a few cases serve all lengths.
 */
final class SmallCopy {
  private static final int WORD = Long.BYTES;
  private static final int MAX_LENGTH = 16 * WORD;

  private SmallCopy() {}

  /** Copies a payload whose bounds in the source were checked, to a place in the ring. */
  static void copy(
      UnsafeBuffer target, int targetIndex, DirectBuffer source, int offset, int length) {
    if (length > MAX_LENGTH || length < WORD) {
      target.putBytes(targetIndex, source, offset, length);
      return;
    }
    byte[] array = source.byteArray();
    long from = source.addressOffset() + offset;
    long to = target.addressOffset() + targetIndex;
    if (length <= 2 * WORD) {
      word(array, from, to);
      word(array, from + length - WORD, to + length - WORD);
    } else if (length <= 4 * WORD) {
      words2(array, from, to);
      words2(array, from + length - 2 * WORD, to + length - 2 * WORD);
    } else if (length <= 8 * WORD) {
      words4(array, from, to);
      words4(array, from + length - 4 * WORD, to + length - 4 * WORD);
    } else {
      words4(array, from, to);
      words4(array, from + 4 * WORD, to + 4 * WORD);
      words4(array, from + length - 8 * WORD, to + length - 8 * WORD);
      words4(array, from + length - 4 * WORD, to + length - 4 * WORD);
    }
  }

  private static void words4(byte[] array, long from, long to) {
    words2(array, from, to);
    words2(array, from + 2 * WORD, to + 2 * WORD);
  }

  private static void words2(byte[] array, long from, long to) {
    word(array, from, to);
    word(array, from + WORD, to + WORD);
  }

  private static void word(byte[] array, long from, long to) {
    UnsafeApi.putLong(null, to, UnsafeApi.getLong(array, from));
  }
}
