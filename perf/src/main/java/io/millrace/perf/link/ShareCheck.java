package io.millrace.perf.link;

import org.agrona.DirectBuffer;

/**
 * Checks that the messages of one producer come whole and in order to an end that may get only some
 * of them. What several such ends got together is complete if {@link #count()} and {@link #sum()}
 * add up.
 */
public final class ShareCheck implements Sink {
  private final int length;
  private final int last;
  private long previous = -1;
  private long count;
  private long sum;

  /**
   * Makes one.
   *
   * @param length the length of the messages, at least 16 bytes
   */
  public ShareCheck(int length) {
    this.length = length;
    last = length - Long.BYTES;
  }

  @Override
  public void onMessage(DirectBuffer buffer, int offset, int messageLength) {
    long word = buffer.getLong(offset);
    if (messageLength != length || word <= previous || buffer.getLong(offset + last) != ~word) {
      throw new IllegalStateException(
          String.format(
              "doubled, reordered or damaged: message %x of %d bytes after %x",
              word, messageLength, previous));
    }
    previous = word;
    count++;
    sum += word;
  }

  /**
   * How many messages came.
   *
   * @return the number
   */
  public long count() {
    return count;
  }

  /**
   * What the numbers of all messages that came add up to, without regard to overflow.
   *
   * @return the sum
   */
  public long sum() {
    return sum;
  }
}
