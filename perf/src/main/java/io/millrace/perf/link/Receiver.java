package io.millrace.perf.link;

import java.io.IOException;

/** The receiving end of a link. Used by one thread. */
public interface Receiver extends AutoCloseable {
  /**
   * Receives what is there. If the place is one for sleepers and there is nothing, it sleeps until
   * there is, or for some time.
   *
   * @param sink gets the messages
   * @param limit how many at most; a link that gets several at once from the kernel may give more
   * @return how many it were
   * @throws Exception if it cannot
   */
  int poll(Sink sink, int limit) throws Exception;

  /** Lets go of the link. */
  @Override
  void close() throws IOException;
}
