package io.millrace.request;

import org.agrona.DirectBuffer;

/**
 * Is told what becomes of calls. The buffer is the ring's own memory: it is valid during the call
 * only. Called by the thread that polls the client.
 *
 * <p>What a method throws comes out of the poll, and the same is told again by the next one. Inside
 * a method the client may be used to send and to cancel; the call that the method is about still
 * counts as an open one.
 */
@FunctionalInterface
public interface ReplyHandler {
  /**
   * The last reply came.
   *
   * @param call what {@link RequestClient#send} returned
   * @param type the reply's type, as given by the server
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  void onReply(long call, int type, DirectBuffer buffer, int offset, int length);

  /**
   * A reply came that is not the last one. Does the same as for the last one unless overridden.
   *
   * @param call what {@link RequestClient#send} returned
   * @param type the reply's type, as given by the server
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  default void onMore(long call, int type, DirectBuffer buffer, int offset, int length) {
    onReply(call, type, buffer, offset, length);
  }

  /**
   * The stream of replies starts again from its beginning: the server that was working on it died,
   * and another one has the request now. What came so far may come once more, or be different.
   *
   * @param call what {@link RequestClient#send} returned
   */
  default void onRestart(long call) {}

  /**
   * The call has ended without a last reply. Throws a {@link CallException} unless overridden.
   *
   * @param call what {@link RequestClient#send} returned
   * @param failure why
   */
  default void onFailure(long call, CallFailure failure) {
    throw new CallException(failure);
  }
}
