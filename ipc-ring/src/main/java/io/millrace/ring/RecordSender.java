package io.millrace.ring;

import org.agrona.MutableDirectBuffer;

/**
 * Takes records that are written in place: a {@link Producer}, one that {@linkplain
 * Producer#waiting waits} for room, a {@linkplain Batch#sender batch}, or something of your own.
 * Used by one thread.
 */
public interface RecordSender {
  /** There is no room now, or was none in time. */
  int BACK_PRESSURED = Producer.BACK_PRESSURED;

  /**
   * Claims room for one record. It is open until {@link #commit} or {@link #abort}.
   *
   * @param type the record's type, 0 or more
   * @param length the payload's length in bytes, 0 to {@link #maxMessageLength()}
   * @return where the payload goes in {@link #buffer()}, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IllegalStateException if something is claimed already
   */
  int tryClaim(int type, int length);

  /**
   * The memory that claimed payloads are written to. Only the claimed bytes may be touched.
   *
   * @return the buffer that indexes from {@link #tryClaim} are about
   */
  MutableDirectBuffer buffer();

  /**
   * Makes the claimed record visible.
   *
   * @param index what {@link #tryClaim} returned
   * @return the position behind the record, or {@link #BACK_PRESSURED} if only now it turns out
   *     that there is no room for it; then it is given up
   * @throws IllegalStateException if that is not claimed
   */
  long commit(int index);

  /**
   * Gives the claimed record up.
   *
   * @param index what {@link #tryClaim} returned
   * @throws IllegalStateException if that is not claimed
   */
  void abort(int index);

  /**
   * The longest payload.
   *
   * @return its length in bytes
   */
  int maxMessageLength();
}
