package io.millrace.discovery.model;

/**
 * Thrown when the descriptors of a service could not be obtained, or were not what the record says
 * and were closed.
 */
public final class TransferException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public TransferException(String message) {
    super(message);
  }

  /**
   * Describes the failure.
   *
   * @param message object, cause and cure in one sentence
   * @param cause what it came from
   */
  public TransferException(String message, Throwable cause) {
    super(message, cause);
  }
}
