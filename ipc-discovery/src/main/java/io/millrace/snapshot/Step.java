package io.millrace.snapshot;

import io.millrace.os.StepListener;
import java.util.function.Consumer;

/**
 * The points between two stores that others see: where a process that is killed leaves the file in
 * a state of its own. A test can be told of them, see {@link StepListener}.
 */
enum Step {
  FILE_FILLED,
  FILE_NAMED,
  WRITER_LOCKED,
  BUFFER_CHOSEN,
  SPACE_RESERVED,
  VALUE_INVALIDATED,
  VALUE_WRITTEN,
  VALUE_COMPLETE,
  PUBLISHED,
  WAKE_CLEARED,
  SLOT_LOCKED,
  CURRENT_SEEN,
  PIN_TRIED,
  PIN_ANNOUNCED,
  PIN_CHOSEN,
  PINNED,
  RETIRED;

  private static final Consumer<Step> LISTENER = StepListener.of(Step.class);

  void reached() {
    if (LISTENER != null) {
      LISTENER.accept(this);
    }
  }
}
