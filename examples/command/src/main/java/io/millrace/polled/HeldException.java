package io.millrace.polled;

import io.millrace.MillraceException;

/** Ends a delivery whose record cannot go on now. No caller of a public method ever sees it. */
public final class HeldException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /** Thrown always, so without a stack. */
  public static final HeldException THROWN = new HeldException();

  private HeldException() {
    super("there is no room for the record now", false);
  }
}
