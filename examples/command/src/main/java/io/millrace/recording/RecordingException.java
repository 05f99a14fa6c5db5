package io.millrace.recording;

import io.millrace.MillraceException;

/**
 * Thrown when a recording cannot be written or read. The message names it and says why, and what
 * helps.
 */
public class RecordingException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes a failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public RecordingException(String message) {
    super(message);
  }

  /**
   * Describes a failure.
   *
   * @param message object, cause and cure in one sentence
   * @param cause what it came from, or null
   */
  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
