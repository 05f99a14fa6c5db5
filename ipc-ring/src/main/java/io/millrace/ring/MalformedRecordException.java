package io.millrace.ring;

import io.millrace.DamagedException;

/**
 * Thrown when a record's payload is not what its type says. The message says what is wrong with it.
 */
public final class MalformedRecordException extends DamagedException {
  private static final long serialVersionUID = 1L;

  /**
   * Describes the fault.
   *
   * @param message one sentence
   */
  public MalformedRecordException(String message) {
    super(message);
  }
}
