package io.millrace.perf.harness;

/** A trial could not be measured. */
public final class TrialException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Says why.
   *
   * @param message for the user
   */
  public TrialException(String message) {
    super(message);
  }
}
