package io.millrace.peer;

import java.util.concurrent.TimeUnit;

/**
 * When to try again what has failed: after a second, then after twice as long each time, up to half
 * a minute. The same failure is to be told once. For one thread at a time.
 */
public final class Retry {
  private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private long pause = SHORTEST_NANOS;
  private long due;
  private String told = "";

  /**
   * Makes one that has not failed yet.
   *
   * @param now when the first try is due, from {@link System#nanoTime}
   */
  public Retry(long now) {
    due = now;
  }

  /**
   * When to try again.
   *
   * @return the time, by {@link System#nanoTime}
   */
  public long due() {
    return due;
  }

  /**
   * Tells whether it is time to try again.
   *
   * @param now the time, from {@link System#nanoTime}
   * @return true if it is
   */
  public boolean isDue(long now) {
    return now - due >= 0;
  }

  /**
   * A try has failed.
   *
   * @param failure how
   * @return true if that is to be told, because the try before it did not fail in the same way
   */
  public boolean fails(RuntimeException failure) {
    due = System.nanoTime() + pause;
    pause = Math.min(2 * pause, LONGEST_NANOS);
    String cause = failure.getClass() + ": " + failure.getMessage();
    boolean isNews = !told.equals(cause);
    told = cause;
    return isNews;
  }
}
