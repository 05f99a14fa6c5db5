package io.millrace.request;

/**
 * Is told how a call of an interface has ended. Called by the thread that polls the client.
 *
 * @param <R> the type of the result
 */
@FunctionalInterface
public interface ResultHandler<R> {
  /**
   * A call has ended, with a result or a failure. What this throws comes out of the poll, and the
   * same is told again by the next one.
   *
   * @param result the result; null if there is a failure, or the method has none
   * @param failure why there is no result, null if there is one
   */
  void onEnd(R result, CallFailure failure);
}
