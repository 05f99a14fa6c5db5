package io.millrace;

/**
 * Thrown when shared memory or a file holds what no correct process writes, or is not what it
 * should be. It was not used, and nothing outside of it was touched.
 */
public abstract class DamagedException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the damage.
   *
   * @param message what was found where, and what helps
   */
  protected DamagedException(String message) {
    super(message);
  }

  /**
   * Describes the damage.
   *
   * @param message what was found where, and what helps
   * @param cause what it came from, or null
   */
  protected DamagedException(String message, Throwable cause) {
    super(message, cause);
  }
}
