package io.millrace;

/** A thread used what belongs to another one that lives. */
public final class ForeignThreadException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the use.
   *
   * @param message what was used, and by which threads
   */
  public ForeignThreadException(String message) {
    super(message);
  }
}
