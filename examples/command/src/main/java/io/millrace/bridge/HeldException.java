package io.millrace.bridge;

import io.millrace.MillraceException;

/** Ends a delivery whose record cannot be sent now. It never leaves this package. */
final class HeldException extends MillraceException {
  private static final long serialVersionUID = 1L;

  static final HeldException THROWN = new HeldException();

  private HeldException() {
    super("the record cannot be sent now", false);
  }
}
