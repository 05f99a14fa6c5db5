package io.millrace.discovery.model;

/** Thrown when there is no live service of that name. */
public final class NoSuchServiceException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public NoSuchServiceException(String message) {
    super(message);
  }
}
