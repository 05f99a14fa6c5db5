package io.millrace.bridge;

import io.millrace.MillraceException;

/** Thrown when a bridge cannot carry. The message says why, and what helps. */
public class BridgeException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes a failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public BridgeException(String message) {
    super(message);
  }

  /**
   * Describes a failure.
   *
   * @param message object, cause and cure in one sentence
   * @param cause what it came from, or null
   */
  public BridgeException(String message, Throwable cause) {
    super(message, cause);
  }
}
