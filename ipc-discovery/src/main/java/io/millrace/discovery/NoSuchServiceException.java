package io.millrace.discovery;

/** There is no live service of that name. */
public final class NoSuchServiceException extends DiscoveryException {
  private static final long serialVersionUID = 1L;

  NoSuchServiceException(String message) {
    super(message);
  }
}
