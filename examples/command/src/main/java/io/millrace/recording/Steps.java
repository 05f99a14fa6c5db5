package io.millrace.recording;

import io.millrace.os.StepListener;
import java.util.function.Consumer;

/** The steps of recording and replaying that a test can be told of, see {@link StepListener}. */
final class Steps {
  /** What has just been done. */
  enum Step {
    DIRECTORY_LOCKED,
    ENGINE_UNLOCKED,
    ENGINE_OPENED,
    NEWEST_READ,
    FILE_RESERVED,
    SOURCE_DESCRIBED,
    EXCERPT_CLAIMED,
    EXCERPT_FILLED,
    RECORD_APPENDED,
    RECORD_TAKEN,
    TARGET_OPENED,
    RECORD_PLAYED
  }

  private static final Consumer<Step> LISTENER = StepListener.of(Step.class);

  private Steps() {}

  static void reached(Step step) {
    if (LISTENER != null) {
      LISTENER.accept(step);
    }
  }
}
