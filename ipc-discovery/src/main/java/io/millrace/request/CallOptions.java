package io.millrace.request;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * The options of a call. Immutable, to be made once and used for many calls; for example:
 *
 * <pre>{@code
 * CallOptions.timeout(Duration.ofMillis(50)).idempotent()
 * }</pre>
 *
 * @param timeout how long the answer may take. After that no server begins with the request, and
 *     the client is told {@link CallFailure.Reason#EXPIRED}
 * @param isIdempotent true if the request may be served more than once: it is sent again when a
 *     server that had taken it dies
 * @param isFailFast true to be told at once when no server is there, false to wait for one
 * @param window how many replies, besides the last one, the server may send before the client has
 *     polled them; 0 for a call that is answered by one reply
 */
public record CallOptions(Duration timeout, boolean isIdempotent, boolean isFailFast, int window) {
  private static final CallOptions DEFAULTS =
      new CallOptions(ChronoUnit.FOREVER.getDuration(), false, false, 0);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if the window is negative or more than 65536
   * @throws NullPointerException if there is no timeout
   */
  public CallOptions {
    Objects.requireNonNull(timeout, "timeout");
    if (window < 0 || window > 1 << 16) {
      throw new IllegalArgumentException("window must be from 0 to 65536, not " + window);
    }
  }

  /**
   * Default options: no time limit, waiting for a server, one reply, not to be sent again.
   *
   * @return the options
   */
  public static CallOptions defaults() {
    return DEFAULTS;
  }

  /**
   * With a time limit.
   *
   * @param time how long the answer may take
   * @return new options
   */
  public static CallOptions timeout(Duration time) {
    return DEFAULTS.within(time);
  }

  /**
   * With another time limit.
   *
   * @param time how long the answer may take
   * @return new options
   */
  public CallOptions within(Duration time) {
    return new CallOptions(time, isIdempotent, isFailFast, window);
  }

  /**
   * To be sent again when the server that has taken it dies.
   *
   * @return new options
   */
  public CallOptions idempotent() {
    return new CallOptions(timeout, true, isFailFast, window);
  }

  /**
   * To be told at once when no server is there.
   *
   * @return new options
   */
  public CallOptions failFast() {
    return new CallOptions(timeout, isIdempotent, true, window);
  }

  /**
   * For many replies.
   *
   * @param replies how many may be under way, besides the last one; the client keeps room for them
   * @return new options
   */
  public CallOptions stream(int replies) {
    return new CallOptions(timeout, isIdempotent, isFailFast, replies);
  }
}
