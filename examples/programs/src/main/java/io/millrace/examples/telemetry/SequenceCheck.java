package io.millrace.examples.telemetry;

import java.util.Map;
import java.util.TreeMap;

/**
 * Checks that the numbers of one producer arrive exactly once and in order: 0, 1, 2 and so on.
 *
 * <p>A number that is jumped over counts as lost until it comes after all; then it counts as out of
 * order instead. A number that has come before counts as doubled.
 *
 * <p>For one thread. Allocates only when something is wrong.
 */
public final class SequenceCheck {
  /** The highest number that a producer may use. */
  public static final long LAST = Long.MAX_VALUE - 1;

  private static final long NOT_TOLD = -1;

  /** The first number of each gap, and the first behind it. */
  private final TreeMap<Long, Long> gaps = new TreeMap<>();

  private long next;
  private long received;
  private long lost;
  private long doubled;
  private long outOfOrder;
  private long sent = NOT_TOLD;

  /** Use {@link SampleChecker}. */
  SequenceCheck() {}

  void onSequence(long sequence) {
    if (sequence < 0 || sequence > LAST) {
      throw new IllegalArgumentException("not a sequence number: " + sequence);
    }
    received++;
    if (sequence >= next) {
      if (sequence > next) {
        gaps.put(next, sequence);
        lost += sequence - next;
      }
      next = sequence + 1;
    } else if (fill(sequence)) {
      lost--;
      outOfOrder++;
    } else {
      doubled++;
    }
  }

  void onSent(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("not a count: " + count);
    }
    sent = count;
  }

  private boolean fill(long sequence) {
    Map.Entry<Long, Long> gap = gaps.floorEntry(sequence);
    if (gap == null || gap.getValue() <= sequence) {
      return false;
    }
    gaps.remove(gap.getKey());
    if (gap.getKey() < sequence) {
      gaps.put(gap.getKey(), sequence);
    }
    if (sequence + 1 < gap.getValue()) {
      gaps.put(sequence + 1, gap.getValue());
    }
    return true;
  }

  /** All arrivals, those that were doubled or out of order included. */
  public long received() {
    return received;
  }

  /**
   * The numbers that have not come though a higher one has, or though they were sent. Those at the
   * end may still be on their way when the producer tells what it sent.
   */
  public long lost() {
    return sent == NOT_TOLD ? lost : lost + Math.max(0, sent - next);
  }

  /** The arrivals of a number that had come before. */
  public long doubled() {
    return doubled;
  }

  /** The arrivals of a number after a higher one. */
  public long outOfOrder() {
    return outOfOrder;
  }

  /** The numbers in use that are higher than the producer says it has sent; 0 until it says so. */
  public long surplus() {
    return sent == NOT_TOLD ? 0 : Math.max(0, next - sent);
  }

  /** Tells whether every number so far came exactly once and in order. */
  public boolean isFlawless() {
    return lost() == 0 && doubled == 0 && outOfOrder == 0 && surplus() == 0;
  }
}
