package io.millrace.message.runtime;

/** Checks of texts, for writers. */
public final class Texts {
  private Texts() {}

  /**
   * The bytes of a short text, in the order of the memory of a little-endian machine.
   *
   * @param text the text
   * @param length of its field, 1 to 8
   * @param what it is, for messages
   * @return the bytes, filled up with zeros
   */
  public static long pack(CharSequence text, int length, String what) {
    requirePresent(text, what);
    int chars = text.length();
    requireFit(chars, length, what);
    long packed = 0;
    for (int i = 0; i < chars; i++) {
      packed |= (long) filled(ascii(text.charAt(i), what), what) << (i << 3);
    }
    return packed;
  }

  static void requireFit(int bytes, int length, String what) {
    if (bytes > length) {
      throw new IllegalArgumentException(
          what + ": the text takes more than the " + length + " bytes that are there");
    }
  }

  static byte ascii(char one, String what) {
    if (one > 0x7f) {
      throw new IllegalArgumentException(
          what + ": the character " + (int) one + " is none of ASCII; use @Utf8");
    }
    return (byte) one;
  }

  /** In a text that is filled up with zeros none can stand for itself. */
  static byte filled(byte one, String what) {
    if (one == 0) {
      throw new IllegalArgumentException(
          what + ": the character 0 ends a text of fixed length; use one of variable length");
    }
    return one;
  }

  static int pair(char high, char low, String what) {
    if (!Character.isSurrogatePair(high, low)) {
      throw new IllegalArgumentException(what + ": the text has half a surrogate pair");
    }
    return Character.toCodePoint(high, low);
  }

  /**
   * Refuses null where it means nothing.
   *
   * @param value the argument
   * @param what it is
   */
  public static void requirePresent(Object value, String what) {
    if (value == null) {
      throw new NullPointerException(what + " is null");
    }
  }
}
