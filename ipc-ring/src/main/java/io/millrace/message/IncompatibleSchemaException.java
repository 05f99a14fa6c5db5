package io.millrace.message;

import io.millrace.MillraceException;

/** Two versions of an interface have changed in a way that neither can read the other. */
public final class IncompatibleSchemaException extends MillraceException {
  private static final long serialVersionUID = 1L;

  IncompatibleSchemaException(String message) {
    super(message);
  }
}
