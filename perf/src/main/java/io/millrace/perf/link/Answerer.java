package io.millrace.perf.link;

import java.io.IOException;

/** The end of a {@link CallLink} that answers each request with its own bytes. */
public interface Answerer extends AutoCloseable {
  /**
   * Waits for the other end, which does the same.
   *
   * @throws Exception if it does not come
   */
  void connect() throws Exception;

  /**
   * Answers requests that are there, out of the memory in which they came. If the place is one for
   * sleepers and there is none, it sleeps until there is, or for some time.
   *
   * @param limit how many at most; a link that gets several at once from the kernel may give more
   * @return how many it were
   * @throws Exception if it cannot
   */
  int answer(int limit) throws Exception;

  /** Lets go of the link. */
  @Override
  void close() throws IOException;
}
