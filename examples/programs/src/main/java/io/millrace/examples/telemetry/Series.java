package io.millrace.examples.telemetry;

/**
 * The course of one figure: its latest value, and what it was at the start of the current interval.
 *
 * <p>Samples of several producers arrive in the order in which they were published. That may differ
 * from the order in which they were taken, so one that is older than the latest is left out.
 *
 * <p>For one thread; allocates nothing.
 */
final class Series {
  private boolean known;
  private long value;
  private long nanos;
  private long startValue;
  private long startNanos;

  /** Takes a value that was read at this time of {@link System#nanoTime()}. */
  void observe(long newValue, long newNanos) {
    if (!known) {
      known = true;
      startValue = newValue;
      startNanos = newNanos;
    } else if (newNanos - nanos < 0) {
      return;
    }
    value = newValue;
    nanos = newNanos;
  }

  /** Ends the interval and starts the next one with the latest value. */
  void advance() {
    startValue = value;
    startNanos = nanos;
  }

  /** The latest value; 0 before the first. */
  long latest() {
    return value;
  }

  /** How far the figure rose in the interval; 0 if it fell, as when its disk was taken out. */
  long rise() {
    return Math.max(0, value - startValue);
  }

  /** How fast the figure rose in the interval; NaN if the interval has no length yet. */
  double risePerSecond() {
    long elapsed = nanos - startNanos;
    return elapsed > 0 ? rise() * 1e9 / elapsed : Double.NaN;
  }
}
