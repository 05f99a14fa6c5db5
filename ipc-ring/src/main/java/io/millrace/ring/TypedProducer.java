package io.millrace.ring;

import io.millrace.os.Deadline;
import java.util.Objects;

/**
 * Writes messages of one kind through a producer: encodes them in place, without a copy and without
 * allocation.
 *
 * <pre>{@code
 * TypedProducer<Quote> quotes = new TypedProducer<>(producer, QUOTE, new QuoteCodec());
 * quotes.offer(quote);
 * }</pre>
 *
 * <p>Any number of them may use one producer, which stays owned by the caller. Used by the
 * producer's thread.
 *
 * @param <T> what the application has
 */
public final class TypedProducer<T> {
  private final Producer producer;
  private final int type;
  private final RecordEncoder<? super T> encoder;

  /**
   * Combines a producer with an encoder.
   *
   * @param producer where the records go
   * @param type the type of these records, 0 or more
   * @param encoder writes the payloads
   * @throws IllegalArgumentException if the type is out of range
   * @throws NullPointerException if the producer or the encoder is null
   */
  public TypedProducer(Producer producer, int type, RecordEncoder<? super T> encoder) {
    if (type < 0) {
      throw new IllegalArgumentException("a record's type is 0 or more, not " + type);
    }
    this.producer = Objects.requireNonNull(producer, "producer");
    this.type = type;
    this.encoder = Objects.requireNonNull(encoder, "encoder");
  }

  /**
   * Writes a message. If the encoder throws, or writes more than it asked for, the claim is given
   * up and consumers see nothing of it. The encoder cannot use the producer while it encodes.
   *
   * @param message the message, handed to the encoder as it is
   * @return true if it was written, false if there is no room now
   * @throws IllegalArgumentException if the encoded length or the type are out of range
   * @throws IndexOutOfBoundsException if the encoder writes more than it asked for
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public boolean offer(T message) {
    return producer.offer(message, type, encoder.encodedLength(message), encoder);
  }

  /**
   * Writes a message, and waits while there is no room.
   *
   * @param message the message, handed to the encoder as it is
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return true if it was written, false if there was no room in time or before {@link
   *     Producer#wakeup()} or an interrupt of the calling thread ended the wait
   * @throws IllegalArgumentException if the encoded length or the type are out of range
   * @throws NullPointerException if the strategy is null
   * @throws IndexOutOfBoundsException if the encoder writes more than it asked for
   * @throws DamagedRingException if the memory of the ring holds what no member writes
   */
  public boolean offer(T message, WaitStrategy wait, long timeoutNanos) {
    Objects.requireNonNull(wait, "wait");
    int length = encoder.encodedLength(message);
    boolean done = producer.offer(message, type, length, encoder);
    if (done) {
      return true;
    }
    long start = System.nanoTime();
    long rest = timeoutNanos;
    while (!done && rest > 0) {
      boolean goesOn = producer.awaitSpace(length, wait, rest);
      done = producer.offer(message, type, length, encoder);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    producer.noteWait(System.nanoTime() - start);
    return done;
  }
}
