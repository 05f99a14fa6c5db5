package io.millrace.discovery;

/**
 * The descriptors of a service could not be had, or were not what the record says and were closed.
 */
public final class TransferException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  TransferException(String message) {
    super(message);
  }

  TransferException(String message, Throwable cause) {
    super(message, cause);
  }
}
