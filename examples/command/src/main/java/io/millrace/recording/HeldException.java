package io.millrace.recording;

import io.millrace.MillraceException;

/** Ends a delivery whose record cannot be kept now. It never leaves this package. */
final class HeldException extends MillraceException {
  private static final long serialVersionUID = 1L;

  static final HeldException THROWN = new HeldException();

  private HeldException() {
    super("there is no room for the record now", false);
  }
}
