package io.millrace.perf.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The metrics of round trips, out of their distribution. */
public final class RoundTrips {
  private static final Map<Metric, Double> PERCENTILES = new LinkedHashMap<>();
  private static final Metric MAX = Metric.worstNanos("rtt_max");

  static {
    PERCENTILES.put(Metric.nanos("rtt_p50"), 50.0);
    PERCENTILES.put(Metric.nanos("rtt_p99"), 99.0);
    PERCENTILES.put(Metric.nanos("rtt_p99_9"), 99.9);
    PERCENTILES.put(Metric.nanos("rtt_p99_99"), 99.99);
  }

  private RoundTrips() {}

  /**
   * Reads the percentiles off.
   *
   * @param histogram round trips in nanoseconds
   * @return a sample with {@code rtt_p50}, {@code rtt_p99}, {@code rtt_p99_9}, {@code rtt_p99_99}
   *     and {@code rtt_max}, and the distribution
   */
  public static Sample sample(Histogram histogram) {
    Sample sample = new Sample().with(histogram);
    long n = histogram.getTotalCount();
    PERCENTILES.forEach(
        (metric, percentile) -> sample.with(metric, histogram.getValueAtPercentile(percentile), n));
    return sample.with(MAX, histogram.getMaxValue(), n);
  }
}
