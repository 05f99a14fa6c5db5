package io.millrace.message.runtime;

import io.millrace.ring.MalformedRecordException;
import org.agrona.DirectBuffer;

/** Where a generated reader leaves what it does not deliver. */
public interface Fallback {
  /**
   * A record is no message of the interface.
   *
   * @param type of the record
   * @param buffer where its payload is
   * @param offset where it starts
   * @param length in bytes
   */
  void unknown(int type, DirectBuffer buffer, int offset, int length);

  /**
   * A call was made, or a result came.
   *
   * @param template of the result
   * @param number what it is if its type is primitive
   * @param reference what it is otherwise
   */
  default void result(int template, long number, Object reference) {
    throw new IllegalStateException("messages have no result");
  }

  /**
   * A message is not what it says.
   *
   * @param why what is wrong
   * @param type of the record
   * @param buffer where its payload is
   * @param offset where it starts
   * @param length in bytes
   */
  void malformed(
      MalformedRecordException why, int type, DirectBuffer buffer, int offset, int length);
}
