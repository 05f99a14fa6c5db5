package io.millrace.request;

import io.millrace.MillraceException;

/** Thrown when a call has no last reply. */
public final class CallException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /** Not serialized with it. */
  private final transient CallFailure failure;

  /**
   * A failure to be thrown.
   *
   * @param failure why there is no reply
   */
  public CallException(CallFailure failure) {
    super(
        failure.error().isEmpty()
            ? failure.text()
            : "the server answered " + failure.error() + ": " + failure.text());
    this.failure = failure;
  }

  /**
   * Why there is no reply.
   *
   * @return the failure
   */
  public CallFailure failure() {
    return failure;
  }
}
