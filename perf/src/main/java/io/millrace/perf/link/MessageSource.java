package io.millrace.perf.link;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes the messages of one producer: a word with its number and a sequence number in front, the
 * inverse of that word at the end. So the first and the last cache line of each message are written
 * anew, for every link in the same way.
 */
public final class MessageSource {
  /** The sequence number is in the bits below. */
  public static final int PRODUCER_SHIFT = 56;

  private final UnsafeBuffer buffer;
  private final int last;
  private long word;

  /**
   * Makes one.
   *
   * @param producer the number of the producer, 0 to 127
   * @param length the length of the messages, at least 16 bytes
   */
  public MessageSource(int producer, int length) {
    buffer = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(length));
    last = length - Long.BYTES;
    word = ((long) producer << PRODUCER_SHIFT) - 1;
  }

  /** Makes the next message in {@link #buffer()}. */
  public void next() {
    buffer.putLong(0, ++word);
    buffer.putLong(last, ~word);
  }

  /**
   * Where the message is.
   *
   * @return the buffer, as long as the message
   */
  public UnsafeBuffer buffer() {
    return buffer;
  }

  /**
   * How many messages were made.
   *
   * @return the number
   */
  public long made() {
    return (word & ((1L << PRODUCER_SHIFT) - 1)) + 1;
  }
}
