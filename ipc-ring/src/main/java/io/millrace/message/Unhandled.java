package io.millrace.message;

import io.millrace.ring.MalformedRecordException;
import org.agrona.DirectBuffer;

/**
 * Receives what a reader does not deliver. The buffer is valid during the call only. Called by the
 * thread that reads.
 */
@FunctionalInterface
public interface Unhandled {
  /**
   * Receives a record that is no message of the interface: it is of another type, template or
   * schema.
   *
   * @param type its type
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  void onUnknown(int type, DirectBuffer buffer, int offset, int length);

  /**
   * Receives a message that is not what it says. Throws the exception unless overridden; then the
   * record comes again, as after any exception of a handler.
   *
   * @param why what is wrong with it
   * @param type its type
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  default void onMalformed(
      MalformedRecordException why, int type, DirectBuffer buffer, int offset, int length) {
    throw why;
  }
}
