package io.millrace.perf.value;

/** A value in shared memory, open in this process and used by one thread. */
public interface ValueAccess extends AutoCloseable {
  /**
   * What to time for an operation.
   *
   * @param operation one that this subject knows
   * @return the loops
   * @throws IllegalArgumentException if it does not know the operation
   */
  Timed timed(Operation operation);

  @Override
  void close();
}
