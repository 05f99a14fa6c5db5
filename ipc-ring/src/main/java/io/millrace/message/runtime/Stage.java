package io.millrace.message.runtime;

import io.millrace.os.LifeCycle;
import io.millrace.ring.RecordSender;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where a writer puts the parts of a message together whose length it does not know yet, or that
 * are told by code of the application, each of which is asked once. Grows to the largest message.
 *
 * <p>Such code may use the writer: its message then takes the place of the outer one, which is
 * refused.
 */
public final class Stage {
  private static final int MOST_ENTRIES = 0xffff - 1;

  private final RecordSender sender;

  /** What was put together. */
  public final MutableDirectBuffer buffer = new ExpandableArrayBuffer();

  private final LifeCycle life = new LifeCycle("writer", () -> {});
  private long calls;
  private int end;
  private int limit;

  Stage(RecordSender sender) {
    this.sender = sender;
  }

  /**
   * Begins a message.
   *
   * @param reserved bytes at the start, for texts of fixed length
   * @return the number of the call, for {@link #finish}
   */
  public long begin(int reserved) {
    // Two threads that come at once would mix their messages.
    life.requireOwner();
    end = 0;
    limit = sender.maxMessageLength();
    advance(reserved);
    return ++calls;
  }

  /**
   * The end of the message, if no other one came in between.
   *
   * @param call what {@link #begin} returned
   * @return bytes
   */
  public int finish(long call) {
    if (call != calls) {
      throw new IllegalStateException(
          "an argument used the writer that was just asking it: call it before or after");
    }
    return end;
  }

  private int advance(int length) {
    int start = end;
    if (length > limit - start) {
      throw new IllegalArgumentException(
          "the message is longer than " + limit + " bytes, the limit of its sender");
    }
    buffer.checkLimit(start + length);
    end = start + length;
    return start;
  }

  /**
   * Begins a group.
   *
   * @param blockLength of its entries
   * @return where its header is
   */
  public int beginGroup(int blockLength) {
    int header = advance(MessageLayout.GROUP_HEADER);
    buffer.putInt(header, blockLength);
    return header;
  }

  /**
   * Begins the next entry.
   *
   * @param header of the group
   * @param blockLength of its entries
   * @return where it starts
   */
  public int nextEntry(int header, int blockLength) {
    int count = buffer.getShort(header + MessageLayout.COUNT) & 0xffff;
    if (count >= MOST_ENTRIES) {
      throw new IllegalArgumentException("a group has " + MOST_ENTRIES + " entries at most");
    }
    buffer.putShort(header + MessageLayout.COUNT, (short) (count + 1));
    return advance(blockLength);
  }

  /**
   * Puts a text of variable length.
   *
   * @param text the text
   * @param what it is, for messages
   */
  public void ascii(CharSequence text, String what) {
    Texts.requirePresent(text, what);
    int length = text.length();
    int start = advance(MessageLayout.DATA_HEADER + length);
    buffer.putInt(start, length);
    for (int i = 0; i < length; i++) {
      buffer.putByte(start + MessageLayout.DATA_HEADER + i, Texts.ascii(text.charAt(i), what));
    }
  }

  /**
   * Puts a text of variable length.
   *
   * @param text the text
   * @param what it is, for messages
   */
  public void utf8(CharSequence text, String what) {
    Texts.requirePresent(text, what);
    int header = advance(MessageLayout.DATA_HEADER);
    int length = encode(text, end, limit - end, what);
    advance(length);
    buffer.putInt(header, length);
  }

  /**
   * Puts a text of fixed length.
   *
   * @param at where its field starts
   * @param text the text
   * @param length of its field
   * @param what it is, for messages
   */
  public void fixedAscii(int at, CharSequence text, int length, String what) {
    Texts.requirePresent(text, what);
    int chars = text.length();
    Texts.requireFit(chars, length, what);
    for (int i = 0; i < chars; i++) {
      buffer.putByte(at + i, Texts.filled(Texts.ascii(text.charAt(i), what), what));
    }
    buffer.setMemory(at + chars, length - chars, (byte) 0);
  }

  /**
   * Puts a text of fixed length.
   *
   * @param at where its field starts
   * @param text the text
   * @param length of its field
   * @param what it is, for messages
   */
  public void fixedUtf8(int at, CharSequence text, int length, String what) {
    Texts.requirePresent(text, what);
    int used = encode(text, at, length, what);
    Texts.requireFit(used, length, what);
    for (int i = 0; i < used; i++) {
      Texts.filled(buffer.getByte(at + i), what);
    }
    buffer.setMemory(at + used, length - used, (byte) 0);
  }

  /** Returns how many bytes it took, or more than there is room for. */
  private int encode(CharSequence text, int start, int room, String what) {
    int length = text.length();
    int used = 0;
    for (int i = 0; i < length; i++) {
      int code = text.charAt(i);
      if (Character.isSurrogate((char) code)) {
        code = Texts.pair((char) code, ++i < length ? text.charAt(i) : 0, what);
      }
      int size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (used + size > room) {
        return room + 1;
      }
      put(start + used, code, size);
      used += size;
    }
    return used;
  }

  private void put(int at, int code, int size) {
    if (size == 1) {
      buffer.putByte(at, (byte) code);
      return;
    }
    int rest = code;
    for (int i = size - 1; i > 0; i--) {
      buffer.putByte(at + i, (byte) (0x80 | rest & 0x3f));
      rest >>>= 6;
    }
    buffer.putByte(at, (byte) (0xf00 >> size | rest));
  }

  /**
   * Puts bytes.
   *
   * @param bytes to be copied
   * @param what they are, for messages
   */
  public void bytes(byte[] bytes, String what) {
    Texts.requirePresent(bytes, what);
    int start = advance(MessageLayout.DATA_HEADER + bytes.length);
    buffer.putInt(start, bytes.length);
    buffer.putBytes(start + MessageLayout.DATA_HEADER, bytes);
  }

  /**
   * Puts bytes.
   *
   * @param bytes to be copied
   * @param what they are, for messages
   */
  public void bytes(DirectBuffer bytes, String what) {
    UnsafeBuffer view = WriterState.view(bytes, what);
    int start = advance(MessageLayout.DATA_HEADER + view.capacity());
    buffer.putInt(start, view.capacity());
    buffer.putBytes(start + MessageLayout.DATA_HEADER, view, 0, view.capacity());
  }
}
