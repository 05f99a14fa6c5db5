package io.millrace.os;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long to put up with somebody who is expected to be out of the way in microseconds, and who is
 * not if its process is stopped. Asks again and again, in pauses that grow; used where the kernel
 * has nothing to sleep on. An interrupt does not end it and is kept. Used by one thread.
 */
public final class Patience {
  /** For whatever a living process does in no time. */
  public static final Duration USUAL = Duration.ofSeconds(5);

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final long deadline;
  private long pause = FIRST_PAUSE_NANOS;

  private Patience(long deadline) {
    this.deadline = deadline;
  }

  /**
   * Begins now, and lasts as long as is usual.
   *
   * @return the patience
   */
  public static Patience usual() {
    return of(USUAL);
  }

  /**
   * Begins now.
   *
   * @param time how long it lasts
   * @return the patience
   */
  public static Patience of(Duration time) {
    return new Patience(Deadline.after(time));
  }

  /**
   * Waits a little before the next attempt.
   *
   * @return false, at once, if it has lasted long enough
   */
  public boolean pause() {
    if (Deadline.hasPassed(deadline)) {
      return false;
    }
    // With the mark of an interrupt no pause would be one; nor would parking, which setting it
    // ends.
    boolean interrupted = Thread.interrupted();
    try {
      Thread.sleep(Duration.ofNanos(pause));
    } catch (InterruptedException interruption) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    return true;
  }
}
