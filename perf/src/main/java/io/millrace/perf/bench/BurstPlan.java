package io.millrace.perf.bench;

import io.millrace.perf.harness.Parent;
import java.util.concurrent.TimeUnit;

/**
 * When the bursts are due, the same for all roles.
 *
 * @param start when the first one is due that counts, by {@link System#nanoTime()}
 * @param part how many messages each sender sends of each
 * @param bursts how many count
 */
record BurstPlan(long start, int part, int bursts) {
  static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Where a message has the time when it was due. */
  static final int DUE_AT = Long.BYTES;

  static BurstPlan of(Parent parent, long start) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(parent.number("measureMillis"));
    int bursts = (int) Math.max(1, nanos / PERIOD_NANOS);
    return new BurstPlan(start, parent.integer("part"), bursts);
  }

  long due(long burst) {
    return start + burst * PERIOD_NANOS;
  }

  int burst(long due) {
    return (int) ((due - start) / PERIOD_NANOS);
  }
}
