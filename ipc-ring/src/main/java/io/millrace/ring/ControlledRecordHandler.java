package io.millrace.ring;

import org.agrona.DirectBuffer;

/**
 * Receives records and decides after each one how to go on. Called by the thread that polls, inside
 * its poll.
 */
@FunctionalInterface
public interface ControlledRecordHandler {
  /** What to do after a record. */
  enum Action {
    /** Stop, and deliver this record again with the next poll. */
    ABORT,
    /** The record is done; stop. */
    BREAK,
    /** The record is done, tell producers and other consumers at once; go on. */
    COMMIT,
    /** The record is done; go on. */
    CONTINUE
  }

  /**
   * Receives a record.
   *
   * @param type its type, as given by the producer
   * @param buffer where the payload is, valid during the call only
   * @param offset where it starts
   * @param length its length in bytes
   * @param redelivered true if a consumer of this group may have handled it before
   * @return how to go on
   */
  Action onRecord(int type, DirectBuffer buffer, int offset, int length, boolean redelivered);
}
