package io.millrace.perf.value;

/** One access many times over. */
@FunctionalInterface
public interface Loop {
  /** Does nothing. */
  Loop NOTHING = times -> 0;

  /**
   * Runs it.
   *
   * @param times how often
   * @return something made of all that was read, so that no reading is left out
   */
  long run(int times);
}
