package io.millrace.message;

import io.millrace.MillraceException;

/**
 * Thrown when two versions of an interface differ in such a way that neither can read the other.
 */
public final class IncompatibleSchemaException extends MillraceException {
  private static final long serialVersionUID = 1L;

  IncompatibleSchemaException(String message) {
    super(message);
  }
}
