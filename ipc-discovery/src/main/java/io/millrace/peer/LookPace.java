package io.millrace.peer;

import java.util.concurrent.TimeUnit;

/**
 * How often those that poll also look at their watch, which is a system call: every 200
 * microseconds at most. For one thread at a time.
 */
public final class LookPace {
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  /** Asking for the time takes as long as a record or two. */
  private static final int POLLS_PER_QUESTION = 16;

  private int polls;
  private long last = System.nanoTime() - PAUSE_NANOS;

  /** Makes one for which a look is due. */
  public LookPace() {}

  /**
   * Counts a poll.
   *
   * @return true if it is time to look
   */
  public boolean isDue() {
    if (++polls < POLLS_PER_QUESTION) {
      return false;
    }
    polls = 0;
    return System.nanoTime() - last >= PAUSE_NANOS;
  }

  /**
   * A look begins.
   *
   * @return the time, from {@link System#nanoTime}
   */
  public long begin() {
    polls = 0;
    last = System.nanoTime();
    return last;
  }
}
