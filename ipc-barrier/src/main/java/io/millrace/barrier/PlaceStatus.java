package io.millrace.barrier;

/** The status word of a place: its incarnation, which grows with each owner, and how far it is. */
final class PlaceStatus {
  /** Nobody's. */
  static final int FREE = 0;

  /** Somebody is about to take part; if it dies now, nothing has happened. */
  static final int JOINING = 1;

  /** A party. If it dies now, the barrier breaks. */
  static final int JOINED = 2;

  /**
   * Was a party and was found dead by its successor, who must break the barrier before it moves in.
   */
  static final int DEAD = 3;

  private PlaceStatus() {}

  static long status(long incarnation, int phase) {
    return incarnation << 2 | phase;
  }

  static int phase(long status) {
    return (int) (status & 3);
  }

  static long incarnation(long status) {
    return status >>> 2;
  }
}
