package io.millrace.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something that another thread or process brings about. */
public final class Eventually {
  private static final long PAUSE_NANOS = 200_000;

  /** Whoever expects tests to fail need not wait for it as long as they are patient. */
  private static final Duration LONGEST =
      Duration.ofSeconds(Integer.getInteger("millrace.deadline.seconds", Integer.MAX_VALUE));

  private Eventually() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param what the condition in words, for the failure
   * @param timeout how long to wait at most
   * @param condition is asked again and again, by the calling thread
   * @throws AssertionError if it does not hold in time
   */
  public static void await(String what, Duration timeout, BooleanSupplier condition) {
    if (!holdsWithin(timeout, condition)) {
      throw new AssertionError("not within " + timeout.toMillis() + " ms: " + what);
    }
  }

  /** Likewise, for those who know what to do if it does not hold in time. */
  static boolean holdsWithin(Duration timeout, BooleanSupplier condition) {
    long start = System.nanoTime();
    long longest = Math.min(timeout.toNanos(), LONGEST.toNanos());
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > longest) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}
