package io.millrace.discovery;

/** The directory of the registry is missing, cannot be written or cannot be trusted. */
public final class RootException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  RootException(String message) {
    super(message);
  }

  RootException(String message, Throwable cause) {
    super(message, cause);
  }
}
