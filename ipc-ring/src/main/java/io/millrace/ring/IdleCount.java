package io.millrace.ring;

import java.util.concurrent.TimeUnit;

/**
 * Says after which empty polls it is worth to look at what others write. Each look takes a cache
 * line from a producer, which costs it as much as a message. So there is none while an answer that
 * is on its way may still come, rarely one for those who spin, and soon one for those who sleep
 * between polls.
 */
final class IdleCount {
  private static final int LOOK_MASK = 63;

  /** Messages that come at all come sooner. */
  private static final long PATIENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private final boolean looksAtOnce;
  private int count;
  private long since;

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
      return looksAtOnce;
    }
    boolean isTurn = (count & count - 1) == 0 || (count & LOOK_MASK) == 0;
    return isTurn && System.nanoTime() - since > PATIENCE_NANOS;
  }
}
