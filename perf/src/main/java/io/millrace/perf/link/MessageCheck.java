package io.millrace.perf.link;

import org.agrona.DirectBuffer;

/** Checks that every message of every producer comes, once, in order and whole. */
public final class MessageCheck implements Sink {
  private final int length;
  private final int last;
  private final long[] next;

  /**
   * Makes one.
   *
   * @param producers how many there are
   * @param length the length of the messages, at least 16 bytes
   */
  public MessageCheck(int producers, int length) {
    this.length = length;
    last = length - Long.BYTES;
    next = new long[producers];
    for (int i = 0; i < producers; i++) {
      next[i] = (long) i << MessageSource.PRODUCER_SHIFT;
    }
  }

  /**
   * The producer that sent a message.
   *
   * @param word its first word
   * @return the number of the producer
   */
  public static int producer(long word) {
    return (int) (word >>> MessageSource.PRODUCER_SHIFT);
  }

  @Override
  public void onMessage(DirectBuffer buffer, int offset, int messageLength) {
    long word = buffer.getLong(offset);
    int producer = producer(word);
    if (messageLength != length
        || producer >= next.length
        || word != next[producer]
        || buffer.getLong(offset + last) != ~word) {
      throw unexpected(word, messageLength);
    }
    next[producer] = word + 1;
  }

  private IllegalStateException unexpected(long word, int messageLength) {
    return new IllegalStateException(
        String.format(
            "lost, doubled, reordered or damaged: message %x of %d bytes", word, messageLength));
  }
}
