package io.millrace.ring;

import org.agrona.concurrent.IdleStrategy;

/** How a thread passes the time until something is ready. Used by one thread, like its handle. */
@FunctionalInterface
public interface WaitStrategy {
  /**
   * Waits.
   *
   * @param waitable for what
   * @param timeoutNanos how long at most, in nanoseconds; {@link Waitable#FOREVER} for no limit
   * @return true if it is ready, false if the time is over
   */
  boolean await(Waitable waitable, long timeoutNanos);

  /**
   * Looks all the time: the shortest latency, and a whole processor.
   *
   * @return the strategy
   */
  static WaitStrategy spinning() {
    return (waitable, timeoutNanos) -> {
      long start = System.nanoTime();
      while (!waitable.isReady()) {
        if (System.nanoTime() - start >= timeoutNanos) {
          return false;
        }
        Thread.onSpinWait();
      }
      return true;
    };
  }

  /**
   * Looks as often as one of Agrona's strategies says.
   *
   * @param idle the strategy
   * @return a strategy that uses it
   */
  static WaitStrategy idling(IdleStrategy idle) {
    return (waitable, timeoutNanos) -> {
      long start = System.nanoTime();
      idle.reset();
      while (!waitable.isReady()) {
        if (System.nanoTime() - start >= timeoutNanos) {
          return false;
        }
        idle.idle();
      }
      return true;
    };
  }

  /**
   * Sleeps in the kernel until it is woken: no processor time, some microseconds of latency.
   *
   * @return the strategy
   */
  static WaitStrategy blocking() {
    return Waitable::await;
  }

  /**
   * Looks for a while, then sleeps.
   *
   * @param spinNanos how long to look before, in nanoseconds
   * @return the strategy
   */
  static WaitStrategy spinningThenBlocking(long spinNanos) {
    WaitStrategy spinning = spinning();
    return (waitable, timeoutNanos) ->
        spinning.await(waitable, Math.min(spinNanos, timeoutNanos))
            || waitable.await(Math.max(0, timeoutNanos - spinNanos));
  }
}
