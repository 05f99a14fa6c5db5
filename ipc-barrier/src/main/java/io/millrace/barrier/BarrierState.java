package io.millrace.barrier;

/**
 * The one word that says where a barrier stands.
 *
 * <pre>
 *   63                                12  11   9    8     7        0
 *  +-----------------------------------+--------+------+-----------+
 *  |            generation             | break  | wake |  arrived  |
 *  +-----------------------------------+--------+------+-----------+
 * </pre>
 *
 * While break is 0, arrived counts the parties that have arrived; wake says that somebody sleeps or
 * is about to. Once the generation is broken, break is the {@link BreakCause} and arrived is the
 * place of the party it is about. A party that replaces the word learns from the value that it
 * replaced whether somebody must be woken, so no separate fence is needed.
 */
final class BarrierState {
  private static final long ARRIVED_MASK = 0xff;
  private static final long WAKE = 1L << 8;
  private static final int CAUSE_SHIFT = 9;
  private static final long CAUSE_MASK = 7;
  private static final int GENERATION_SHIFT = 12;

  private BarrierState() {}

  static long startOf(long generation) {
    return generation << GENERATION_SHIFT;
  }

  static long generation(long state) {
    return state >>> GENERATION_SHIFT;
  }

  static int arrived(long state) {
    return isBroken(state) ? 0 : (int) (state & ARRIVED_MASK);
  }

  static long oneMore(long state) {
    return state + 1;
  }

  static boolean mustWake(long state) {
    return (state & WAKE) != 0;
  }

  static long withWake(long state) {
    return state | WAKE;
  }

  static boolean isBroken(long state) {
    return (state >>> CAUSE_SHIFT & CAUSE_MASK) != 0;
  }

  /** Tells whether a generation is neither over nor broken. */
  static boolean isOpen(long state, long generation) {
    return generation(state) == generation && !isBroken(state);
  }

  static BreakCause cause(long state) {
    return BreakCause.of((int) (state >>> CAUSE_SHIFT & CAUSE_MASK));
  }

  /** Whom a broken state is about. The caller checks it before it uses it as an index. */
  static int culprit(long state) {
    return (int) (state & ARRIVED_MASK);
  }

  static long broken(long state, BreakCause cause, int place) {
    return startOf(generation(state)) | (long) cause.code() << CAUSE_SHIFT | place;
  }
}
