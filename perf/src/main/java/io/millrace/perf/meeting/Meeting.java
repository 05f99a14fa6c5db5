package io.millrace.perf.meeting;

/** One process's part in a barrier. Used by one thread. */
public interface Meeting extends AutoCloseable {
  /**
   * Arrives, and returns when all have arrived.
   *
   * @throws Exception if that fails
   */
  void cross() throws Exception;

  @Override
  void close();
}
