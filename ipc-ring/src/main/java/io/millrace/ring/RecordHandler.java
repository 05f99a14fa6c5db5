package io.millrace.ring;

import org.agrona.DirectBuffer;

/**
 * Receives records. The buffer is the ring's own memory: it is valid during the call only. Called
 * by the thread that polls, inside its poll.
 */
@FunctionalInterface
public interface RecordHandler {
  /**
   * Receives a record.
   *
   * <p>If this method throws, the record is not lost: it comes again with the next poll, through
   * {@link #onRedelivery}.
   *
   * @param type its type, as given by the producer
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  void onRecord(int type, DirectBuffer buffer, int offset, int length);

  /**
   * Receives a record that a consumer of this group may have handled before, in part or whole, when
   * it was killed or its handler threw. Does the same as for any record unless overridden.
   *
   * @param type its type, as given by the producer
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  default void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
    onRecord(type, buffer, offset, length);
  }
}
