package io.millrace.request;

import org.agrona.DirectBuffer;

/**
 * Serves requests. The buffer is the ring's own memory: it is valid during the call only. Called by
 * the thread that polls the server.
 *
 * <p>What a handler throws becomes an error reply, with the name of its class and its message. An
 * exception is told to the {@link ServerListener} besides; an {@link Error} comes out of the poll.
 */
@FunctionalInterface
public interface RequestHandler {
  /**
   * Receives a request. Before this method returns it answers, by {@link Request#reply}, or {@link
   * Request#fail}, or says with {@link Request#later()} that it will; otherwise the client is told
   * that there is no answer.
   *
   * @param request what to answer; valid during the call only
   * @param type the request's type, as given by the client
   * @param buffer where the payload is
   * @param offset where it starts
   * @param length its length in bytes
   */
  void onRequest(Request request, int type, DirectBuffer buffer, int offset, int length);

  /**
   * The client has made room for more replies, of which there was none for {@link
   * RequestServer#more}. What it throws comes out of the poll.
   *
   * @param token which call
   */
  default void onCredit(long token) {}

  /**
   * Nobody waits any more for the answer to a request that was to be answered later: the client has
   * cancelled it, does not wait any longer, or is gone. The token is over. A server that was told
   * so by {@link Request#CALL_OVER} before is not told again. What it throws comes out of the poll.
   *
   * @param token which call
   */
  default void onCancelled(long token) {}
}
