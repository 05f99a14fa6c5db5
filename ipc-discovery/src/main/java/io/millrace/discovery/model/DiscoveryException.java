package io.millrace.discovery.model;

import io.millrace.MillraceException;

/**
 * Thrown when something that was asked of the registry cannot be done; the message says why and
 * what helps.
 */
public class DiscoveryException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public DiscoveryException(String message) {
    super(message);
  }

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   * @param cause what it came from
   */
  public DiscoveryException(String message, Throwable cause) {
    super(message, cause);
  }
}
