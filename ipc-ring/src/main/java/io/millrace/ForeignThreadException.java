package io.millrace;

/** Thrown when a thread uses something that belongs to another thread, which still lives. */
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
