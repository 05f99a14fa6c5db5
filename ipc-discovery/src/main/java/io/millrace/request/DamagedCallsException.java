package io.millrace.request;

import io.millrace.DamagedException;

/** Thrown when what a client shows of its calls, or sends as a request, makes no sense. */
public final class DamagedCallsException extends DamagedException {
  private static final long serialVersionUID = 1L;

  DamagedCallsException(String what) {
    super(what + ": the client is broken, hostile, or of another version");
  }
}
