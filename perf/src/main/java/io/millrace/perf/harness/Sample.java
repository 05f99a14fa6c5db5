package io.millrace.perf.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** What one fork of one trial measured. */
public final class Sample {
  /**
   * One number.
   *
   * @param value the number
   * @param n how many single measurements it stands on
   */
  public record Value(double value, long n) {}

  private final Map<Metric, Value> values = new LinkedHashMap<>();
  private Histogram histogram;

  /**
   * Adds a number.
   *
   * @param metric what it is about
   * @param value the number
   * @param n how many single measurements it stands on
   * @return this
   */
  public Sample with(Metric metric, double value, long n) {
    values.put(metric, new Value(value, n));
    return this;
  }

  /**
   * Adds the whole distribution, for the percentile curves.
   *
   * @param distribution in nanoseconds
   * @return this
   */
  public Sample with(Histogram distribution) {
    histogram = distribution;
    return this;
  }

  /**
   * The numbers.
   *
   * @return in the order in which they were added
   */
  public Map<Metric, Value> values() {
    return values;
  }

  /**
   * The distribution.
   *
   * @return in nanoseconds; empty if there is none
   */
  public Optional<Histogram> histogram() {
    return Optional.ofNullable(histogram);
  }
}
