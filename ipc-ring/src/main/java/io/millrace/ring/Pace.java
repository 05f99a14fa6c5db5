package io.millrace.ring;

/**
 * Keeps the faster side of a ring from treading on the heels of the slower one.
 *
 * <p>Each look at a cache line that the other side is writing takes the line away from it, and it
 * has to be fetched back before the other side can go on: both then move at the speed of that line.
 * A consumer that has caught up with producers in full flow therefore reads the tail, and only
 * records that are some lines behind it, for which nobody has to wait; while there are few, it
 * leaves the producers alone for some microseconds, and finds many at once after that. A producer
 * that found the ring full rests too.
 *
 * <p>Whether producers are in full flow is told by a claim that is open at the moment when there
 * are no more records. When messages come one at a time there is none, the tail is not looked at,
 * and nothing is waited for. Full flow is over when the tail stands still for the time of a rest,
 * or moves too little in several.
 *
 * <p>All of this is about when one looks, and never about what is there: a record is read when its
 * header says that it is committed.
 */
final class Pace {
  /** No distance is kept. */
  private static final long EVERYTHING = Long.MAX_VALUE;

  /** Bytes behind the tail that are left to the producers. */
  private static final int DISTANCE = 32 * 64;

  /** Bytes in front of the tail that are enough to begin with, if the ring is not small. */
  private static final int MUCH = 256 * 64;

  /** Bytes in front of the tail, after all rests, that are less than a full flow. */
  private static final int LITTLE = 32 * 64;

  private static final int RESTS = 4;

  /** Looking at the tail disturbs producers too. */
  private static final int LOOK_EVERY = 16;

  private static final int PAUSES = 100;

  /** Nor may the producers have to wait for the distance. */
  private static final int PART_OF_RING = 4;

  private final RingWords words;
  private final int much;
  private final int distance;
  private int drains;
  private long bound = EVERYTHING;

  Pace(RingWords words, int capacity) {
    this.words = words;
    much = Math.min(MUCH, capacity / PART_OF_RING);
    distance = Math.min(DISTANCE, much / PART_OF_RING);
  }

  /**
   * Up to where a poll should read that begins at a position. That there is a record between them
   * is not said.
   */
  long bound(long next) {
    return next < bound ? bound : nextBound(next);
  }

  private long nextBound(long next) {
    long tail = words.tail();
    for (int rests = 0; tail - next < much && rests < RESTS; rests++) {
      rest();
      long later = words.tail();
      if (later == tail) {
        return bound = EVERYTHING;
      }
      tail = later;
    }
    long ahead = tail - next;
    return bound = ahead >= much ? tail - distance : ahead >= LITTLE ? tail : EVERYTHING;
  }

  /** Call after a poll that found a record that is not committed, behind some that were. */
  void drained(long next) {
    if (bound != EVERYTHING) {
      rest();
    } else if (drains++ % LOOK_EVERY == 0 && words.tail() > next) {
      bound = next;
      rest();
    }
  }

  /** About a microsecond. */
  static void rest() {
    for (int i = 0; i < PAUSES; i++) {
      Thread.onSpinWait();
    }
  }
}
