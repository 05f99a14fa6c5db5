package io.millrace.perf.value;

import io.millrace.perf.harness.Metric;

/** What is done to a value. */
public enum Operation {
  /** Reads a value that has not changed since it was last read. */
  READ_UNCHANGED("read_unchanged"),
  /** Reads a value that has changed since. */
  READ_CHANGED("read_changed"),
  /** Writes a value. */
  WRITE("write"),
  /** Reads a value of a file with so few buffers that each read must pin and unpin. */
  READ_PINNING("read_pinning");

  private final Metric metric;

  Operation(String name) {
    metric = Metric.nanos(name);
  }

  /**
   * What its time is called in the results.
   *
   * @return the metric
   */
  public Metric metric() {
    return metric;
  }
}
