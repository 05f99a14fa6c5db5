package io.millrace.perf.harness;

/**
 * What a number is about.
 *
 * @param name its name in the results
 * @param unit {@code ns}, {@code msg/s}, ...
 * @param better which way is better
 * @param summary how the values of the forks become one
 */
public record Metric(String name, String unit, Better better, Summary summary) {
  /** Which way is better. */
  public enum Better {
    /** Times and costs. */
    LESS,
    /** Rates. */
    MORE
  }

  /** How the values of the forks become one. */
  public enum Summary {
    /** The middle one. */
    MEDIAN,
    /** The largest one: for the worst case of all forks. */
    LARGEST
  }

  /**
   * A time of which less is better; the median over the forks counts.
   *
   * @param name its name
   * @return the metric, in nanoseconds
   */
  public static Metric nanos(String name) {
    return new Metric(name, "ns", Better.LESS, Summary.MEDIAN);
  }

  /**
   * A worst case: the largest over the forks counts.
   *
   * @param name its name
   * @return the metric, in nanoseconds
   */
  public static Metric worstNanos(String name) {
    return new Metric(name, "ns", Better.LESS, Summary.LARGEST);
  }

  /**
   * A number of something of which less is better; the median over the forks counts.
   *
   * @param name its name
   * @param unit of what
   * @return the metric
   */
  public static Metric count(String name, String unit) {
    return new Metric(name, unit, Better.LESS, Summary.MEDIAN);
  }

  /**
   * A rate, of which more is better; the median over the forks counts.
   *
   * @param name its name
   * @param unit what in which time
   * @return the metric
   */
  public static Metric rate(String name, String unit) {
    return new Metric(name, unit, Better.MORE, Summary.MEDIAN);
  }
}
