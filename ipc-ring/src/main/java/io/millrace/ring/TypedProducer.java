package io.millrace.ring;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes messages of one kind through a producer: encodes them in place, without a copy and without
 * allocation.
 *
 * <pre>{@code
 * TypedProducer<Quote> quotes = new TypedProducer<>(producer, QUOTE, new QuoteCodec());
 * quotes.offer(quote);
 * }</pre>
 *
 * <p>Any number of them may stand on one producer; it stays owned by the caller. Used by the
 * producer's thread.
 *
 * @param <T> what the application has
 */
public final class TypedProducer<T> {
  private final Producer producer;
  private final int type;
  private final RecordEncoder<? super T> encoder;
  private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);

  /**
   * Puts an encoder onto a producer.
   *
   * @param producer where the records go
   * @param type the type of these records, 0 or more
   * @param encoder writes the payloads
   */
  public TypedProducer(Producer producer, int type, RecordEncoder<? super T> encoder) {
    this.producer = producer;
    this.type = type;
    this.encoder = encoder;
  }

  /**
   * Writes a message. If the encoder throws, or writes more than it asked for, the claim is given
   * up and consumers see nothing of it.
   *
   * @param message the message
   * @return true if it was written, false if there is no room now
   * @throws IllegalArgumentException if the encoded length or the type are out of range
   * @throws IndexOutOfBoundsException if the encoder writes more than it asked for
   */
  public boolean offer(T message) {
    return offer(message, encoder.encodedLength(message));
  }

  /**
   * Writes a message, and waits while there is no room.
   *
   * @param message the message
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds
   * @return true if it was written, false if there was no room in time
   * @throws IllegalArgumentException if the encoded length or the type are out of range
   * @throws IndexOutOfBoundsException if the encoder writes more than it asked for
   */
  public boolean offer(T message, WaitStrategy wait, long timeoutNanos) {
    int length = encoder.encodedLength(message);
    boolean done = offer(message, length);
    if (done) {
      return true;
    }
    long start = System.nanoTime();
    long waited = 0;
    while (!done && waited < timeoutNanos) {
      wait.await(producer.waitForSpace(length), timeoutNanos - waited);
      done = offer(message, length);
      waited = System.nanoTime() - start;
    }
    producer.noteWait(waited);
    return done;
  }

  private boolean offer(T message, int length) {
    int index = producer.tryClaim(length, type);
    if (index < 0) {
      return false;
    }
    boolean written = false;
    // Just the claimed bytes: a wrong encoder damages nobody else's records.
    payload.wrap(producer.buffer(), index, length);
    try {
      encoder.encode(message, payload, 0);
      written = true;
    } finally {
      // A flyweight that outlives the call, or even the ring, must not reach the memory.
      payload.wrap(0, 0);
      if (written) {
        producer.commit(index);
      } else {
        producer.abort(index);
      }
    }
    return true;
  }
}
