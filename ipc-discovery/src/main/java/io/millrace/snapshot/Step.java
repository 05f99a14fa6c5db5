package io.millrace.snapshot;

import java.util.function.Consumer;

/**
 * The points between two stores that others see: where a process that is killed leaves the file in
 * a state of its own. Tests stop a process for good at each of them.
 *
 * <p>Without a listener {@link #reached} is nothing: the field is a constant {@code null} for the
 * compiler, which removes the look at it.
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

  /** Set by a test before the first snapshot of the process is opened; too late afterwards. */
  static Consumer<Step> listener;

  void reached() {
    if (Resolved.LISTENER != null) {
      Resolved.LISTENER.accept(this);
    }
  }

  private static final class Resolved {
    static final Consumer<Step> LISTENER = listener;
  }
}
