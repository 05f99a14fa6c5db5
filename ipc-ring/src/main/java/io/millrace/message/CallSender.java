package io.millrace.message;

import io.millrace.ring.RecordHandler;
import org.agrona.DirectBuffer;

/**
 * Carries the requests of a {@link MessageCaller} to the side that answers them. Called by the
 * thread that uses the caller.
 */
public interface CallSender {
  /**
   * Sends a request. Where the call waits for its result, this returns when that has come.
   *
   * @param type the request's type, its template id
   * @param buffer where its payload is, valid during the call only
   * @param offset where it starts there
   * @param length its length in bytes
   * @param result takes the reply, before this returns; throws {@link
   *     io.millrace.ring.MalformedRecordException} if it is no result of this call. A sender that
   *     gets the reply later gives it to {@link MessageCaller#result}, and the method that was
   *     called returns 0, {@code false} or null
   */
  void send(int type, DirectBuffer buffer, int offset, int length, RecordHandler result);

  /**
   * The longest request.
   *
   * @return bytes of payload
   */
  int maxRequestLength();
}
