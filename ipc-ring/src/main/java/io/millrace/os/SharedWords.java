package io.millrace.os;

import java.util.Objects;
import org.agrona.UnsafeApi;

/**
 * A piece of memory that processes share, for a class that says what stands in it: each word has
 * accessors there which are named after the word, and say in which order others see the access.
 *
 * <p>There are no bounds checks: offsets are constants of a layout, or masked to the piece. Users
 * check first that the memory is still mapped; tests run with assertions, which check every access.
 */
public abstract class SharedWords {
  private final long address;
  private final int length;

  /**
   * A piece of memory.
   *
   * @param address where it starts
   * @param length its length in bytes
   */
  protected SharedWords(long address, int length) {
    this.address = address;
    this.length = length;
  }

  /**
   * A part of another piece.
   *
   * @param whole the other piece
   * @param offset where the part starts there
   * @param length its length in bytes
   * @throws IndexOutOfBoundsException if it is not inside
   */
  protected SharedWords(SharedWords whole, int offset, int length) {
    this(whole.address + Objects.checkFromIndexSize(offset, length, whole.length), length);
  }

  /**
   * Loads a word.
   *
   * @param offset where it is
   * @return its value
   */
  protected final long getLong(long offset) {
    assert isWord(offset, Long.BYTES);
    return UnsafeApi.getLong(null, address + offset);
  }

  /**
   * Loads a word before all that follows, and behind all volatile stores and compare-and-sets
   * before it.
   *
   * <p>There is no acquire load here on purpose: nearly all that is read so may be one side of a
   * pair in which each stores first and then looks for the other. A volatile load stays behind the
   * volatile stores and compare-and-sets before it; an acquire load need not.
   *
   * @param offset where it is
   * @return its value
   */
  protected final long getLongVolatile(long offset) {
    assert isWord(offset, Long.BYTES);
    return UnsafeApi.getLongVolatile(null, address + offset);
  }

  /**
   * Stores a word.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putLong(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    UnsafeApi.putLong(null, address + offset, value);
  }

  /**
   * Stores a word, whole and at some time.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putLongOpaque(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    UnsafeApi.putLongOpaque(null, address + offset, value);
  }

  /**
   * Stores a word behind all that came before.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putLongRelease(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    UnsafeApi.putLongRelease(null, address + offset, value);
  }

  /**
   * Stores a word behind all that came before, and before all volatile loads that follow.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putLongVolatile(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    UnsafeApi.putLongVolatile(null, address + offset, value);
  }

  /**
   * Adds to a word that only the caller writes.
   *
   * @param offset where it is
   * @param value what to add
   */
  protected final void addLongOpaque(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    UnsafeApi.putLongOpaque(
        null, address + offset, UnsafeApi.getLong(null, address + offset) + value);
  }

  /**
   * Adds to two words that only the caller writes, one behind the other.
   *
   * @param offset where the first one is
   * @param toFirst what to add to it
   * @param toSecond what to add to the second one
   */
  protected final void addLongsOpaque(long offset, long toFirst, long toSecond) {
    assert isWord(offset, Long.BYTES) && isWord(offset + Long.BYTES, Long.BYTES);
    long first = address + offset;
    long second = first + Long.BYTES;
    UnsafeApi.putLongOpaque(null, first, UnsafeApi.getLong(null, first) + toFirst);
    UnsafeApi.putLongOpaque(null, second, UnsafeApi.getLong(null, second) + toSecond);
  }

  /**
   * Stores a word if it has an expected value; a full fence if it does.
   *
   * @param offset where it is
   * @param expected the value that it must have
   * @param value its new value
   * @return true if it was stored
   */
  protected final boolean compareAndSetLong(long offset, long expected, long value) {
    assert isWord(offset, Long.BYTES);
    return UnsafeApi.compareAndSetLong(null, address + offset, expected, value);
  }

  /**
   * Adds to a word that many write; a full fence.
   *
   * @param offset where it is
   * @param value what to add
   * @return what it was before
   */
  protected final long getAndAddLong(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    return UnsafeApi.getAndAddLong(null, address + offset, value);
  }

  /**
   * Exchanges a word; a full fence.
   *
   * @param offset where it is
   * @param value its new value
   * @return what it was before
   */
  protected final long getAndSetLong(long offset, long value) {
    assert isWord(offset, Long.BYTES);
    return UnsafeApi.getAndSetLong(null, address + offset, value);
  }

  /**
   * Loads half a word.
   *
   * @param offset where it is
   * @return its value
   */
  protected final int getInt(long offset) {
    assert isWord(offset, Integer.BYTES);
    return UnsafeApi.getInt(null, address + offset);
  }

  /**
   * Loads half a word, in the order of {@link #getLongVolatile}.
   *
   * @param offset where it is
   * @return its value
   */
  protected final int getIntVolatile(long offset) {
    assert isWord(offset, Integer.BYTES);
    return UnsafeApi.getIntVolatile(null, address + offset);
  }

  /**
   * Stores half a word.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putInt(long offset, int value) {
    assert isWord(offset, Integer.BYTES);
    UnsafeApi.putInt(null, address + offset, value);
  }

  /**
   * Stores half a word behind all that came before.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putIntRelease(long offset, int value) {
    assert isWord(offset, Integer.BYTES);
    UnsafeApi.putIntRelease(null, address + offset, value);
  }

  /**
   * Stores half a word in the order of {@link #putLongVolatile}.
   *
   * @param offset where it is
   * @param value its value
   */
  protected final void putIntVolatile(long offset, int value) {
    assert isWord(offset, Integer.BYTES);
    UnsafeApi.putIntVolatile(null, address + offset, value);
  }

  /**
   * Loads bytes.
   *
   * @param offset where they are
   * @param bytes filled with them
   */
  protected final void getBytes(long offset, byte[] bytes) {
    assert isInside(offset, bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = UnsafeApi.getByte(null, address + offset + i);
    }
  }

  /**
   * Stores bytes.
   *
   * @param offset where they go
   * @param bytes what to store
   */
  protected final void putBytes(long offset, byte[] bytes) {
    assert isInside(offset, bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      UnsafeApi.putByte(null, address + offset + i, bytes[i]);
    }
  }

  private boolean isWord(long offset, int size) {
    return isInside(offset, size) && (address + offset & size - 1) == 0;
  }

  private boolean isInside(long offset, int size) {
    return offset >= 0 && offset <= length - size;
  }
}
