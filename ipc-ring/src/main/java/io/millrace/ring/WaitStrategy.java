package io.millrace.ring;

import io.millrace.os.Deadline;
import java.util.Objects;
import org.agrona.concurrent.IdleStrategy;

/**
 * How a thread passes the time until something is ready. Used by one thread, like its handle.
 *
 * <p>All of these return at once when the thread is interrupted, whose flag stays set, and when the
 * wait is ended by {@link Waitable#wakeup()}; both even if that happened before. A strategy of your
 * own asks {@link Waitable#isWoken()} whenever it looks.
 */
@FunctionalInterface
public interface WaitStrategy {
  /**
   * Waits.
   *
   * @param waitable for what
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less only looks, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return true if it is ready, false if the time is over or the wait was ended
   */
  boolean await(Waitable waitable, long timeoutNanos);

  /**
   * Looks all the time: the shortest latency, and a whole processor (of a virtual thread: the
   * carrier's).
   *
   * @return the strategy
   */
  static WaitStrategy spinning() {
    return (waitable, timeoutNanos) -> look(waitable, timeoutNanos, Thread::onSpinWait);
  }

  /**
   * Looks as often as one of Agrona's strategies says; only then does it notice that the wait was
   * ended. An interrupt ends the pauses that park or sleep.
   *
   * @param idle the strategy
   * @return a strategy that uses it
   * @throws NullPointerException if it is null
   */
  static WaitStrategy idling(IdleStrategy idle) {
    Objects.requireNonNull(idle, "idle");
    return (waitable, timeoutNanos) -> {
      idle.reset();
      return look(waitable, timeoutNanos, idle::idle);
    };
  }

  /**
   * Sleeps in the kernel until it is woken: no processor time, some microseconds of latency. A
   * virtual thread leaves its carrier meanwhile.
   *
   * @return the strategy
   */
  static WaitStrategy blocking() {
    return Waitable::await;
  }

  /**
   * Looks for a while, then sleeps.
   *
   * @param spinNanos how long to look first, in nanoseconds; 0 or less sleeps at once
   * @return the strategy
   */
  static WaitStrategy spinningThenBlocking(long spinNanos) {
    return (waitable, timeoutNanos) -> {
      long start = System.nanoTime();
      while (!waitable.isReady() && !waitable.isWoken()) {
        long spun = System.nanoTime() - start;
        if (spun >= spinNanos || spun >= timeoutNanos) {
          break;
        }
        Thread.onSpinWait();
      }
      return waitable.await(Deadline.left(timeoutNanos, start));
    };
  }

  private static boolean look(Waitable waitable, long timeoutNanos, Runnable pause) {
    long start = System.nanoTime();
    while (!waitable.isReady()) {
      if (waitable.isWoken()) {
        waitable.cancelWait();
        return waitable.isReady(); // What woke it may have been a close, which that tells.
      }
      if (System.nanoTime() - start >= timeoutNanos) {
        return false;
      }
      pause.run();
    }
    return true;
  }
}
