package io.millrace.ring;

import org.agrona.DirectBuffer;

/**
 * Reads payloads as messages of one kind. See {@link TypedConsumer}. Called by the thread that
 * polls.
 *
 * @param <T> what the application gets; for SBE the flyweight, wrapped around the payload in place
 */
@FunctionalInterface
public interface RecordDecoder<T> {
  /**
   * Reads a message, or wraps a flyweight around it.
   *
   * @param buffer just the payload, in the ring's own memory; unusable once the handler is done
   * @param offset where the payload starts in it
   * @param length its length in bytes
   * @return the message; the same object every time, if it is not kept
   */
  T decode(DirectBuffer buffer, int offset, int length);
}
