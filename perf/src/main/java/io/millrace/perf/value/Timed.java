package io.millrace.perf.value;

/**
 * What to time.
 *
 * @param loop the access, and what has to go with it
 * @param less what goes with it; its time is taken off
 */
public record Timed(Loop loop, Loop less) {
  /**
   * An access that needs nothing beside it.
   *
   * @param loop the access
   * @return it
   */
  public static Timed only(Loop loop) {
    return new Timed(loop, Loop.NOTHING);
  }
}
