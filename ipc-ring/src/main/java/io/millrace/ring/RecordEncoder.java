package io.millrace.ring;

import org.agrona.MutableDirectBuffer;

/**
 * Writes messages of one kind as payloads. See {@link TypedProducer}. Called by the thread that
 * offers.
 *
 * @param <T> what the application has; for SBE the object that holds the values, or a flyweight
 *     over another buffer
 */
public interface RecordEncoder<T> {
  /**
   * The length of a message as payload.
   *
   * @param message the message
   * @return the number of bytes that {@link #encode} is going to write, exactly
   */
  int encodedLength(T message);

  /**
   * Writes a message.
   *
   * @param message the message
   * @param buffer the ring's own memory, just the bytes asked for; unusable after the call
   * @param offset where the payload starts in it
   */
  void encode(T message, MutableDirectBuffer buffer, int offset);
}
