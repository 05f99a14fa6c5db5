package io.millrace.discovery.model;

/** Thrown when the directory of the registry is missing, cannot be written or cannot be trusted. */
public final class RootException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public RootException(String message) {
    super(message);
  }

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   * @param cause what it came from
   */
  public RootException(String message, Throwable cause) {
    super(message, cause);
  }
}
