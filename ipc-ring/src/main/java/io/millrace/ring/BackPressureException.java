package io.millrace.ring;

import io.millrace.MillraceException;

/**
 * Thrown when there is no room for a message and the method that was to send it has no result to
 * say so. It is made beforehand and has no stack trace. Nothing was written.
 */
public final class BackPressureException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes what found no room.
   *
   * @param message one sentence
   */
  public BackPressureException(String message) {
    super(message, false);
  }
}
