package io.millrace.bridge;

import io.millrace.os.StepListener;
import java.util.function.Consumer;

/** The steps of a bridge that a test can be told of, see {@link StepListener}. */
final class Steps {
  /** What has just been done. */
  enum Step {
    RECORDS_SENT,
    RECORDS_CONFIRMED,
    RECORD_PUBLISHED,
    PROGRESS_NOTED,
    OWN_GROUP_READ
  }

  private static final Consumer<Step> LISTENER = StepListener.of(Step.class);

  private Steps() {}

  static void reached(Step step) {
    if (LISTENER != null) {
      LISTENER.accept(step);
    }
  }
}
