package io.millrace.ring;

import java.util.concurrent.TimeUnit;

/**
 * Says after which empty polls it is worth looking at what others write. Each look takes a cache
 * line from a producer, which costs it as much as a message. So there is none while an answer that
 * is on its way may still come, rarely one for those who spin, and soon one for those who sleep
 * between polls.
 */
final class IdleCount {
  private static final int LOOK_MASK = 63;

  /** Messages that come at all come sooner. */
  private static final long PATIENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final boolean looksAtOnce;
  private int count;
  private long since;
  private long lastLook = System.nanoTime();

  /**
   * Creates one.
   *
   * @param looksAtOnce also after the first empty poll: for those who may have been overtaken
   */
  IdleCount(boolean looksAtOnce) {
    this.looksAtOnce = looksAtOnce;
  }

  void reset() {
    count = 0;
  }

  boolean isTimeToLook() {
    count++;
    if (count == 1) {
      since = System.nanoTime();
      // Messages may come so steadily that no second poll in a row is empty.
      return looksAtOnce || isOver(since, lastLook, INTERVAL_NANOS);
    }
    boolean isTurn = (count & count - 1) == 0 || (count & LOOK_MASK) == 0;
    return isTurn && isOver(System.nanoTime(), since, PATIENCE_NANOS);
  }

  private boolean isOver(long now, long start, long nanos) {
    boolean over = now - start > nanos;
    if (over) {
      lastLook = now;
    }
    return over;
  }
}
