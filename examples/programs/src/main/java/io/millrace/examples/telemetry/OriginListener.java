package io.millrace.examples.telemetry;

/** Is told of every sample that arrives, whatever its kind. */
@FunctionalInterface
public interface OriginListener {
  /**
   * A sample has arrived.
   *
   * @param producer the number of its producer, not negative
   * @param sequence its number among the samples of this producer, not negative
   * @param publishNanos when it was published, on the clock of {@link System#nanoTime()}, which all
   *     processes of a host share
   */
  void onOrigin(int producer, long sequence, long publishNanos);
}
