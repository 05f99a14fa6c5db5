package io.millrace.perf.report;

import io.millrace.perf.harness.Forks;

/** When a number is not to be believed. */
public final class Verdict {
  /** The forks of a quiet machine lie within a tenth; beyond this, something else was measured. */
  public static final double WIDEST = 0.3;

  private Verdict() {}

  /**
   * Whether the forks lie so far apart that their median says little.
   *
   * @param forks what they measured
   * @return true if they do
   */
  public static boolean isTooWide(Forks forks) {
    return forks.spread() > WIDEST;
  }
}
