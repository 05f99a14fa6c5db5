package io.millrace.message;

import io.millrace.DamagedException;

/**
 * Thrown when what a ring carries as the schema of its records is not a schema, or could be
 * changed. Its records can still be read as they are.
 */
public final class DamagedSchemaException extends DamagedException {
  private static final long serialVersionUID = 1L;

  DamagedSchemaException(String what, Throwable cause) {
    super(
        "the schema that the ring carries cannot be used: "
            + what
            + "; its publisher is broken or hostile, give a schema of your own or read the records"
            + " as bytes",
        cause);
  }
}
