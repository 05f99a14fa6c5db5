package io.millrace.ring;

/**
 * The shared memory holds what no correct member writes, or is no ring of this version. The message
 * says which field, the value found and what was expected.
 */
public final class RingCorruptedException extends RingException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the damage.
   *
   * @param message what was found where
   */
  public RingCorruptedException(String message) {
    super(message);
  }
}
