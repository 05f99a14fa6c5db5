package io.millrace.ring;

/**
 * Keeps the faster side of a ring from treading on the heels of the slower one.
 *
 * <p>Each look at a cache line that the other side is writing takes the line away from it, and it
 * has to be fetched back before the other side can go on: both then move at the speed of that line.
 * A consumer that has caught up with producers in full flow therefore leaves them alone for about a
 * microsecond, and finds many records at once after that; so does a producer that found the ring
 * full.
 *
 * <p>Whether producers are in full flow is told by a claim that is open at the moment when there
 * are no more records. When messages come one at a time there is none, and nothing is waited for.
 */
final class Pace {
  /** Looking at the tail disturbs producers too. */
  private static final int LOOK_EVERY = 16;

  private static final int PAUSES = 100;

  private final RingWords words;
  private int drains;
  private boolean inFullFlow;

  Pace(RingWords words) {
    this.words = words;
  }

  /** Call after a poll that delivered all there was. */
  void drained(long next) {
    if (drains++ % LOOK_EVERY == 0) {
      inFullFlow = words.tail() > next;
    }
    if (inFullFlow) {
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
