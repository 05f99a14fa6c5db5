package io.millrace;

/** Thrown when something is used that is closed. */
public final class ClosedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the use.
   *
   * @param message what is closed
   */
  public ClosedException(String message) {
    super(message);
  }
}
