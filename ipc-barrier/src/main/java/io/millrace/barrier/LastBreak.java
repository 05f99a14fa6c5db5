package io.millrace.barrier;

/**
 * One word that keeps what is known of the last break, for those who look after the place of the
 * culprit was given to somebody else or the barrier was reset.
 *
 * <pre>
 *   63                     35  34 32  31            0
 *  +-------------------------+------+----------------+
 *  | generation, low 29 bits | break|      pid       |
 *  +-------------------------+------+----------------+
 * </pre>
 */
final class LastBreak {
  private static final int CAUSE_SHIFT = 32;
  private static final int GENERATION_SHIFT = 35;

  private LastBreak() {}

  static long of(long generation, BreakCause cause, int pid) {
    return generation << GENERATION_SHIFT
        | (long) cause.code() << CAUSE_SHIFT
        | Integer.toUnsignedLong(pid);
  }

  static boolean isOf(long word, long generation) {
    return word != 0
        && word >>> GENERATION_SHIFT == generation << GENERATION_SHIFT >>> GENERATION_SHIFT;
  }

  static BreakCause cause(long word) {
    return BreakCause.of((int) (word >>> CAUSE_SHIFT & 7));
  }

  static int pid(long word) {
    return (int) word;
  }
}
