package io.millrace.ring;

/**
 * Says after which empty polls it is worth to look at what others write: rarely for those who spin,
 * because each look takes a cache line from a producer, soon for those who sleep between polls.
 */
final class IdleCount {
  private static final int LOOK_MASK = 63;

  private int count;

  void reset() {
    count = 0;
  }

  boolean isTimeToLook() {
    count++;
    return (count & count - 1) == 0 || (count & LOOK_MASK) == 0;
  }
}
