package io.millrace.ring;

import io.millrace.MillraceException;

/**
 * Thrown when something about a ring is not as it must be. The message says what and, if there is
 * one, the cure.
 */
public class RingException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes a failure.
   *
   * @param message one sentence
   */
  public RingException(String message) {
    super(message);
  }
}
