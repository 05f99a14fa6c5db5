package io.millrace.request;

import io.millrace.discovery.model.Service;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordSender;
import org.agrona.DirectBuffer;

/**
 * A request that a {@link RequestHandler} answers. Valid while the handler runs; all methods throw
 * {@link IllegalStateException} after that, and when the call has already been answered or taken.
 * Used by the thread that the handler runs in.
 */
public final class Request {
  /**
   * Not now: for one of many replies there is no room before the client has polled others. For a
   * last reply this can only happen if other members have used up room that was kept for it.
   */
  public static final int BACK_PRESSURED = Producer.BACK_PRESSURED;

  /** Nobody waits for an answer any more; the call has ended. */
  public static final int CALL_OVER = -2;

  private final RequestServer server;
  private final ReplySender sender = new ReplySender(this);
  private ServedCall call;

  Request(RequestServer server) {
    this.server = server;
  }

  void set(ServedCall now) {
    call = now;
    sender.reset();
  }

  private ServedCall call() {
    server.requireHandling();
    if (call == null) {
      throw new IllegalStateException(
          "this request is not being handled any more, or is to be answered with its token");
    }
    return call;
  }

  /**
   * Answers with the last, or only, reply.
   *
   * @param type the reply's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxReplyLength()}
   * @return 0 or more, or {@link #BACK_PRESSURED} or {@link #CALL_OVER}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   */
  public long reply(int type, DirectBuffer buffer, int offset, int length) {
    return server.reply(call(), type, buffer, offset, length);
  }

  /**
   * Takes the last, or only, reply in place, for {@link io.millrace.ring.TypedProducer} and the
   * like. It belongs to this request, and is valid as long.
   *
   * @return a sender whose claim returns {@link #CALL_OVER} if nobody waits for an answer, and
   *     whose commit returns what {@link #reply} returns
   */
  public RecordSender sender() {
    call();
    return sender;
  }

  void requireReply(int type, int length) {
    call().requireReply(type, length);
  }

  /**
   * Sends one of many replies, which is not the last one.
   *
   * @param type the reply's type, 0 or more
   * @param buffer where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxReplyLength()}
   * @return 0 or more, or {@link #BACK_PRESSURED}: go on {@linkplain #later() later}; or {@link
   *     #CALL_OVER}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IllegalStateException if the client waits for one reply only
   * @throws IndexOutOfBoundsException if the payload is not within the buffer
   */
  public long more(int type, DirectBuffer buffer, int offset, int length) {
    return call().more(type, buffer, offset, length);
  }

  /**
   * Answers with an error.
   *
   * @param error what kind of error, in the words of the application
   * @param text what is to be said of it; cut if it is longer than a reply may be
   * @return 0 or more, or {@link #BACK_PRESSURED} or {@link #CALL_OVER}
   */
  public long fail(String error, String text) {
    return server.fail(call(), error, text);
  }

  /**
   * Takes the request, to be answered with a token after the handler has returned. The client is
   * told at once, before the request is out of this server's hand; if this server dies from here
   * on, the client is told so, and no other server gets the request, unless the call is idempotent.
   *
   * <p>The payload is not valid after the handler has returned: copy what is needed.
   *
   * @return the token for {@link RequestServer#reply}, which is positive, or {@link
   *     #BACK_PRESSURED} or {@link #CALL_OVER}
   */
  public long later() {
    return server.take(call());
  }

  /**
   * Tells whether somebody still waits for the answer. For handlers that take long.
   *
   * @return false once the call was cancelled, or the client does not wait any longer, or is gone
   */
  public boolean isWanted() {
    return call().isWanted();
  }

  /**
   * How often servers may have begun with this request, this one included.
   *
   * @return 1, or more if a server died with it in hand
   */
  public int attempt() {
    return call().attempt();
  }

  /**
   * How many replies, besides the last one, may be under way.
   *
   * @return 0 if the client waits for one reply
   */
  public int window() {
    return call().window();
  }

  /**
   * How long the client waits for the answer.
   *
   * @return nanoseconds from now, 0 if the time or the call is over, {@link Long#MAX_VALUE} without
   *     a limit
   */
  public long nanosLeft() {
    return call().nanosLeft();
  }

  /**
   * The longest payload of a reply to this client.
   *
   * @return its length in bytes
   */
  public int maxReplyLength() {
    return call().client.table.greatestReply;
  }

  /**
   * The client that asks.
   *
   * @return the client
   */
  public Service client() {
    return call().client.service;
  }
}
