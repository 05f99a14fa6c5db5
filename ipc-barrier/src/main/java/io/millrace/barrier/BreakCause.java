package io.millrace.barrier;

/** Why a generation was broken. The codes stand in shared memory; 0 means not broken. */
enum BreakCause {
  KILLED(1, "was killed"),
  TIMED_OUT(2, "waited longer than it was willing to"),
  INTERRUPTED(3, "was interrupted"),
  ACTION_FAILED(4, "failed in the barrier action"),
  LEFT(5, "left without announcing it"),
  RESET(6, "reset the barrier");

  private final int code;
  private final String text;

  BreakCause(int code, String text) {
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  /** What the party did, to follow its name in a sentence. */
  String text() {
    return text;
  }

  static BreakCause of(int code) {
    for (BreakCause cause : values()) {
      if (cause.code == code) {
        return cause;
      }
    }
    throw new DamagedBarrierException("unknown break cause " + code);
  }
}
