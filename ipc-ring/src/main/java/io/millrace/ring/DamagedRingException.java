package io.millrace.ring;

import io.millrace.DamagedException;

/**
 * Thrown when the shared memory holds what no correct member writes, or is not a ring of this
 * version. The message says which field, the value found and what was expected.
 */
public final class DamagedRingException extends DamagedException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the damage.
   *
   * @param message what was found where
   */
  public DamagedRingException(String message) {
    super(message);
  }
}
