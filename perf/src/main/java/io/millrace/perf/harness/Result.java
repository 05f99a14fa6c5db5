package io.millrace.perf.harness;

import java.util.Map;

/**
 * One number about one subject, over all forks.
 *
 * @param bench the name of the bench
 * @param subject the name of the subject
 * @param metric what the number is about
 * @param forks what the forks measured
 * @param n how many single measurements that were, in all forks together
 * @param settings of the case and of the subject
 */
public record Result(
    String bench,
    String subject,
    Metric metric,
    Forks forks,
    long n,
    Map<String, Object> settings) {
  /**
   * The number.
   *
   * @return the median of the forks, or what the metric says
   */
  public double value() {
    return metric.summary() == Metric.Summary.LARGEST ? forks.high() : forks.median();
  }
}
