package io.millrace.snapshot;

import java.time.Duration;

/** Points in time to wait until. */
final class Deadline {
  private Deadline() {}

  /** In terms of {@link System#nanoTime()}; a duration too long to count is as good as for ever. */
  static long after(Duration duration) {
    boolean countable = duration.compareTo(Duration.ofNanos(Long.MAX_VALUE / 2)) < 0;
    return System.nanoTime() + (countable ? duration.toNanos() : Long.MAX_VALUE / 2);
  }
}
