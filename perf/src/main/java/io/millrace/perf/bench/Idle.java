package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;

/**
 * What a process does that finds nothing, or no room. With a processor of its own it looks again at
 * once; processes that share processors let the others run, as they would all have to.
 */
final class Idle {
  private static final int LOOKS = 1 << 12;

  private final boolean yields;
  private final Parent parent;
  private int looks;

  Idle(Parent parent) {
    this.parent = parent;
    yields = Boolean.parseBoolean(parent.argument("yields"));
  }

  /** Passes a moment. */
  void once() {
    if (yields) {
      Thread.yield();
    } else {
      Thread.onSpinWait();
    }
  }

  /**
   * Passes a moment.
   *
   * @return true if it is time to give up
   */
  boolean onceOrStopped() {
    once();
    return (++looks & (LOOKS - 1)) == 0 && parent.stopped();
  }
}
