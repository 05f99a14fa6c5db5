package io.millrace.message.runtime;

import io.millrace.os.LifeCycle;
import io.millrace.ring.MalformedRecordException;
import io.millrace.ring.RecordHandler;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The superclass of generated readers. A message is checked and its arguments are made before the
 * implementation is called; views of its memory are empty afterwards.
 *
 * <p>Nothing is read that is not inside the record, whatever stands in it, even if it changes
 * meanwhile.
 */
public abstract class ReaderBase implements RecordHandler {
  /** One for each variable or fixed text of the message with most of them. */
  protected final TextView[] texts;

  /** The same for bytes. */
  protected final UnsafeBuffer[] views;

  /** One for each group of all messages. */
  protected final Entries[] groups;

  /** One for each message. */
  protected final Shape[] shapes;

  /** Where the next entry of a group starts. */
  protected int next;

  /** Whether the views belong to a message that is being delivered. */
  protected boolean isDelivering;

  private final Fallback fallback;
  private final TextView scratch = new TextView();
  private final LifeCycle life = new LifeCycle("reader", () -> {});

  private boolean isRedelivery;

  /**
   * Makes the part that is the same for all.
   *
   * @param fallback where the rest goes
   * @param shapes of the messages
   * @param groups of their groups
   * @param texts how many views of texts a message needs at most
   * @param views how many views of bytes
   */
  protected ReaderBase(Fallback fallback, Shape[] shapes, Shape[] groups, int texts, int views) {
    this.fallback = fallback;
    this.shapes = shapes;
    this.groups = new Entries[groups.length];
    for (int i = 0; i < groups.length; i++) {
      this.groups[i] = new Entries(this, i, groups[i]);
    }
    this.texts = new TextView[texts];
    for (int i = 0; i < texts; i++) {
      this.texts[i] = new TextView();
    }
    this.views = new UnsafeBuffer[views];
    for (int i = 0; i < views; i++) {
      this.views[i] = new UnsafeBuffer(0, 0);
    }
  }

  @Override
  public final void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
    boolean before = isRedelivery;
    isRedelivery = true;
    try {
      onRecord(type, buffer, offset, length);
    } finally {
      isRedelivery = before;
    }
  }

  /**
   * Tells whether the message that is being delivered may have been handled before.
   *
   * @return true if it may
   */
  public final boolean isRedelivery() {
    return isRedelivery;
  }

  /** Makes an entry of a group, and notes in {@link #next} where it ends. */
  protected abstract Object entry(
      int group, DirectBuffer buffer, int position, int block, int version, int end);

  /** For a record that is no message. */
  protected final void unknown(int type, DirectBuffer buffer, int offset, int length) {
    fallback.unknown(type, buffer, offset, length);
  }

  /** For a message that is none. */
  protected final void malformed(
      MalformedRecordException why, int type, DirectBuffer buffer, int offset, int length) {
    fallback.malformed(why, type, buffer, offset, length);
  }

  /** For the result of a call, while views of the message that it may be are valid. */
  protected final void result(int template, long number, Object reference) {
    fallback.result(template, number, reference);
  }

  /** Views can be of one message at a time, in one thread. */
  protected final void begin() {
    life.requireOwner();
    if (isDelivering) {
      throw new IllegalStateException(
          "the implementation uses the reader that is just calling it: make a second reader");
    }
    isDelivering = true;
  }

  /** Checks a message that has only fixed fields and is not just what this reader expects. */
  protected final void requireFixed(int message, long header, int length) {
    shapes[message].requireFixed(header, length);
  }

  /** Checks the block of a message. */
  protected final void requireBlock(int message, long header, int length) {
    shapes[message].requireBlock(header, length);
  }

  /** Checks that a message ends where its record does. */
  protected final void requireEnd(int message, long header, int end, int length) {
    shapes[message].requireEnd(header, end, length);
  }

  /** Opens a group. Returns the position behind it. */
  protected final int open(int group, DirectBuffer buffer, int at, int end, int version) {
    return groups[group].open(buffer, at, end, version);
  }

  /** A group that the version of the message does not have. */
  protected final void hideGroup(int group) {
    groups[group].hide();
  }

  /** The number of entries of a group. */
  protected final int count(int group) {
    return groups[group].count();
  }

  /** Makes all entries of a group. */
  protected final Object[] fill(int group, Object[] array) {
    return groups[group].fill(array);
  }

  /** The length of variable data, all of which is inside the message. */
  protected static int dataLength(DirectBuffer buffer, int at, int end, String what) {
    if (end - at < MessageLayout.DATA_HEADER) {
      throw new MalformedRecordException(what + ": the message ends in front of it");
    }
    int length = buffer.getInt(at);
    if (length < 0 || length > end - at - MessageLayout.DATA_HEADER) {
      throw new MalformedRecordException(
          what
              + ": it is "
              + Integer.toUnsignedString(length)
              + " bytes long and the message ends");
    }
    return length;
  }

  /** A text of variable length. */
  protected final TextView ascii(int view, DirectBuffer buffer, int at, int length, String what) {
    return texts[view].ascii(buffer, at, length, what);
  }

  /** A text of variable length. */
  protected final TextView utf8(int view, DirectBuffer buffer, int at, int length, String what) {
    return texts[view].utf8(buffer, at, length, what);
  }

  /** A text of fixed length. */
  protected final TextView fixedAscii(
      int view, DirectBuffer buffer, int at, int length, String what) {
    return texts[view].ascii(buffer, at, TextView.used(buffer, at, length), what);
  }

  /** A text of fixed length. */
  protected final TextView fixedUtf8(
      int view, DirectBuffer buffer, int at, int length, String what) {
    return texts[view].utf8(buffer, at, TextView.used(buffer, at, length), what);
  }

  /** A text that the version of the message does not have. */
  protected final TextView hideText(int view) {
    return texts[view].hide();
  }

  /** A text of variable length, to be kept. */
  protected final String asciiString(DirectBuffer buffer, int at, int length, String what) {
    return scratch.ascii(buffer, at, length, what).toString();
  }

  /** A text of variable length, to be kept. */
  protected final String utf8String(DirectBuffer buffer, int at, int length, String what) {
    return scratch.utf8(buffer, at, length, what).toString();
  }

  /** A text of fixed length, to be kept. */
  protected final String fixedAsciiString(DirectBuffer buffer, int at, int length, String what) {
    return asciiString(buffer, at, TextView.used(buffer, at, length), what);
  }

  /** A text of fixed length, to be kept. */
  protected final String fixedUtf8String(DirectBuffer buffer, int at, int length, String what) {
    return utf8String(buffer, at, TextView.used(buffer, at, length), what);
  }

  /** Bytes in the message. */
  protected final UnsafeBuffer view(int view, DirectBuffer buffer, int at, int length) {
    views[view].wrap(buffer, at, length);
    return views[view];
  }

  /** Bytes that are over. The address stays: another thread may be using it at this moment. */
  protected final void hideView(int view) {
    views[view].wrap(views[view], 0, 0);
  }

  /** Bytes, to be kept. */
  protected static byte[] bytes(DirectBuffer buffer, int at, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(at, bytes);
    return bytes;
  }

  /** A constant of an enum. */
  protected static Enum<?> constant(Enum<?>[] constants, int number, String what) {
    if (number >= constants.length) {
      throw new MalformedRecordException(
          what + ": " + number + " stands for none of the constants");
    }
    return constants[number];
  }

  /** A constant of an enum that may be missing. */
  protected static Enum<?> constant(Enum<?>[] constants, int number, int none, String what) {
    return number == none ? null : constant(constants, number, what);
  }

  /** A boolean. */
  protected static boolean bool(byte value, String what) {
    if (value != 0 && value != 1) {
      throw new MalformedRecordException(what + ": " + (value & 0xff) + " is neither 0 nor 1");
    }
    return value == 1;
  }
}
