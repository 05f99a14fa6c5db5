package io.millrace.examples.telemetry;

import java.nio.ByteBuffer;

/**
 * A cursor over the text of a {@code /proc} file: line by line, and from left to right inside a
 * line. It never leaves a line but through {@link #nextLine()}, so that a field that an older
 * kernel does not write is read as zero and not as its neighbour from the next line.
 *
 * <p>For one thread; allocates nothing.
 */
final class ProcText {
  private static final byte NEW_LINE = '\n';

  private ByteBuffer text;
  private int cursor;
  private int lineEnd;

  /** Starts over before the first line of what lies between the buffer's position and its limit. */
  ProcText wrap(ByteBuffer buffer) {
    text = buffer;
    cursor = buffer.position();
    lineEnd = cursor - 1;
    return this;
  }

  /** Moves to the start of the next line; {@code false} if there is none. */
  boolean nextLine() {
    int limit = text.limit();
    cursor = lineEnd + 1;
    if (cursor >= limit) {
      cursor = limit;
      lineEnd = limit;
      return false;
    }
    int end = cursor;
    while (end < limit && text.get(end) != NEW_LINE) {
      end++;
    }
    lineEnd = end;
    return true;
  }

  /** Tells whether the rest of the line starts with these bytes; does not move. */
  boolean startsWith(byte[] prefix) {
    if (lineEnd - cursor < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (text.get(cursor + i) != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Moves behind the next such byte; {@code false}, and to the end of the line, if there is none.
   */
  boolean skipPast(byte wanted) {
    while (cursor < lineEnd) {
      if (text.get(cursor++) == wanted) {
        return true;
      }
    }
    return false;
  }

  /** Moves to the next byte that is not blank. */
  void skipBlanks() {
    while (cursor < lineEnd && text.get(cursor) == ' ') {
      cursor++;
    }
  }

  /**
   * Copies the next word, which ends at a blank, and moves behind it.
   *
   * @return its length, at most that of the array; what does not fit is skipped
   */
  int nextWord(byte[] word) {
    skipBlanks();
    int length = 0;
    while (cursor < lineEnd && text.get(cursor) != ' ') {
      if (length < word.length) {
        word[length++] = text.get(cursor);
      }
      cursor++;
    }
    return length;
  }

  /** The next run of digits as a number, whatever stands before it; 0 if the line has no more. */
  long nextLong() {
    while (cursor < lineEnd && !isDigit(text.get(cursor))) {
      cursor++;
    }
    long value = 0;
    while (cursor < lineEnd && isDigit(text.get(cursor))) {
      value = 10 * value + (text.get(cursor++) - '0');
    }
    return value;
  }

  /** As {@link #nextLong()}, cut to {@link Integer#MAX_VALUE}. */
  int nextInt() {
    return (int) Math.min(nextLong(), Integer.MAX_VALUE);
  }

  void skipNumbers(int count) {
    for (int i = 0; i < count; i++) {
      nextLong();
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
