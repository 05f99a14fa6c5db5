package io.millrace.perf.harness;

import java.util.Arrays;

/**
 * The values that the forks measured, in their order.
 *
 * @param values one for each fork
 */
public record Forks(double[] values) {
  /**
   * The middle one; between two middle ones, their mean.
   *
   * @return the median
   */
  public double median() {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /**
   * The smallest one.
   *
   * @return it
   */
  public double low() {
    return Arrays.stream(values).min().orElseThrow();
  }

  /**
   * The largest one.
   *
   * @return it
   */
  public double high() {
    return Arrays.stream(values).max().orElseThrow();
  }

  /**
   * How far the forks lie apart.
   *
   * @return the largest less the smallest, as a part of the median
   */
  public double spread() {
    return median() == 0 ? 0 : (high() - low()) / median();
  }

  /**
   * Divides fork by fork: neighbours in time, so that what slows the machine down for a while slows
   * both.
   *
   * @param other the divisors
   * @return the quotients, as many as both have
   */
  public Forks dividedBy(Forks other) {
    double[] ratios = new double[Math.min(values.length, other.values.length)];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values[i] / other.values[i];
    }
    return new Forks(ratios);
  }
}
