package io.millrace.perf.report;

import io.millrace.perf.harness.Metric;
import java.util.Locale;

/** Writes numbers for humans. */
final class Numbers {
  private static final double KILO = 1_000;

  private Numbers() {}

  /**
   * A value with its unit, in three digits or so: {@code 231 ns}, {@code 8.21 us}, {@code 14.2
   * M/s}.
   */
  static String of(double value, Metric metric) {
    return switch (metric.unit()) {
      case "ns" -> nanos(value);
      case "msg/s", "calls/s" -> scaled(value) + "/s";
      default -> scaled(value) + " " + metric.unit();
    };
  }

  private static String nanos(double value) {
    if (value < KILO) {
      return digits(value) + " ns";
    }
    if (value < KILO * KILO) {
      return digits(value / KILO) + " us";
    }
    return value < KILO * KILO * KILO
        ? digits(value / KILO / KILO) + " ms"
        : digits(value / KILO / KILO / KILO) + " s";
  }

  private static String scaled(double value) {
    if (value < KILO) {
      return digits(value) + " ";
    }
    return value < KILO * KILO ? digits(value / KILO) + " k" : digits(value / KILO / KILO) + " M";
  }

  /** Three digits that matter. */
  static String digits(double value) {
    int places = value >= 100 || value == Math.rint(value) ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
