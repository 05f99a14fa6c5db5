package io.millrace;

/**
 * Thrown where something is not as it must be: the base of Millrace's exceptions. A wrong argument
 * is an {@link IllegalArgumentException} instead, and a call at the wrong time, such as one to
 * something that is closed, an {@link IllegalStateException}. The message says what and why, and
 * the cure where there is one.
 */
public class MillraceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes a failure.
   *
   * @param message object, cause and cure in one sentence
   */
  public MillraceException(String message) {
    super(message);
  }

  /**
   * Describes a failure.
   *
   * @param message object, cause and cure in one sentence
   * @param cause what it came from, or null
   */
  public MillraceException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Describes a failure of a kind that is made beforehand and thrown many times.
   *
   * @param message object, cause and cure in one sentence
   * @param isTraced whether it has a stack trace, and takes suppressed exceptions
   */
  protected MillraceException(String message, boolean isTraced) {
    super(message, null, isTraced, isTraced);
  }
}
