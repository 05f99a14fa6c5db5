package io.millrace.perf.link;

import java.io.IOException;
import org.agrona.DirectBuffer;

/** The end of a {@link CallLink} that asks. Used by one thread. */
public interface Caller extends AutoCloseable {
  /**
   * Waits for the other end, which does the same.
   *
   * @throws Exception if it does not come
   */
  void connect() throws Exception;

  /**
   * Sends a request and waits for its reply, in the way that the place says. No other call is open.
   *
   * @param source where the request is
   * @param offset where it starts there
   * @param length its length in bytes
   * @param sink gets the reply
   * @throws Exception if it cannot
   */
  void call(DirectBuffer source, int offset, int length, Sink sink) throws Exception;

  /**
   * Sends a request, if there is room.
   *
   * @param source where the request is
   * @param offset where it starts there
   * @param length its length in bytes
   * @return false if there is no room now
   * @throws Exception if it cannot
   */
  boolean send(DirectBuffer source, int offset, int length) throws Exception;

  /**
   * Receives replies that are there. If the place is one for sleepers and there is none, it sleeps
   * until there is, or for some time.
   *
   * @param sink gets the replies, in the order of their calls
   * @param limit how many at most; a link that gets several at once from the kernel may give more
   * @return how many it were
   * @throws Exception if it cannot
   */
  int poll(Sink sink, int limit) throws Exception;

  /** Lets go of the link. */
  @Override
  void close() throws IOException;
}
