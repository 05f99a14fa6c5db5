package io.millrace.polled;

import io.millrace.os.Deadline;
import io.millrace.os.LifeCycle;
import java.util.function.IntUnaryOperator;

/**
 * The life of what one thread polls, and any thread may wake and close: it ends with the call that
 * is under way. Its listener runs inside a call of it, and may close it, but not use it.
 */
public final class PolledLife {
  private final LifeCycle life;
  private final String refusal;
  private final Runnable wake;

  /** Until a wait has ended by it, so that none is lost between two waits. */
  private volatile boolean woken;

  /** How it sleeps while there is nothing to do. */
  @FunctionalInterface
  public interface Sleep {
    /**
     * Sleeps.
     *
     * @param atMostNanos how long at most; what wakes it may end it earlier
     * @param times how often it slept in this call before
     */
    void sleep(long atMostNanos, int times);
  }

  /**
   * Makes one that is open.
   *
   * @param what what lives, such as "recorder"
   * @param wake wakes the thread that sleeps; any thread calls it, while all is still there
   * @param release releases everything; called once, by the last thread that was inside
   */
  public PolledLife(String what, Runnable wake, Runnable release) {
    life = LifeCycle.inTurns("this " + what, release);
    refusal = "the listener of a " + what + " cannot use it";
    this.wake = wake;
  }

  /**
   * Goes in. Each call that returns is followed by one of {@link #exit()}.
   *
   * @throws IllegalStateException if its listener calls it
   */
  public void enter() {
    life.enter();
    if (life.isNested()) {
      life.exit();
      throw new IllegalStateException(refusal);
    }
  }

  /** Goes out. */
  public void exit() {
    life.exit();
  }

  /**
   * Works, and sleeps and works again while there was nothing to do.
   *
   * @param limit how much at most; less than 1 does nothing and waits for nothing
   * @param timeoutNanos how long to wait at most; 0 or less does not wait
   * @param work does up to so much, and returns how much it did
   * @param sleep how to sleep
   * @return how much was done, 0 if nothing came in time or the wait was ended
   * @throws IllegalStateException if its listener calls it
   */
  public int poll(int limit, long timeoutNanos, IntUnaryOperator work, Sleep sleep) {
    enter();
    try {
      if (limit < 1) {
        return 0;
      }
      long start = timeoutNanos > 0 ? System.nanoTime() : 0;
      int count = work.applyAsInt(limit);
      long rest = timeoutNanos;
      for (int times = 0; count == 0 && rest > 0 && !endWait(); times++) {
        sleep.sleep(rest, times);
        count = work.applyAsInt(limit);
        rest = Deadline.left(timeoutNanos, start);
      }
      return count;
    } finally {
      exit();
    }
  }

  /** Whether the wait is to end. What woke it is done with then, and not before. */
  private boolean endWait() {
    if (woken) {
      woken = false;
      return true;
    }
    return isDue();
  }

  /**
   * Tells whether a wait of the calling thread is to end now.
   *
   * @return true if it was woken or closed, or the thread is interrupted
   */
  public boolean isDue() {
    return woken || life.isClosed() || Thread.currentThread().isInterrupted();
  }

  /**
   * Tells whether it was closed. Any thread may ask.
   *
   * @return true if it was
   */
  public boolean isClosed() {
    return life.isClosed();
  }

  /** Ends the wait that is under way, or else the next one. Any thread may call it at any time. */
  public void wakeup() {
    woken = true;
    wake.run();
  }

  /** Closes it, as any thread may; again does nothing. */
  public void close() {
    if (life.close()) {
      try {
        wake.run();
      } finally {
        life.exitAsGuest();
      }
    }
  }
}
