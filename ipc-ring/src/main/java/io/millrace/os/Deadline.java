package io.millrace.os;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The end of a wait, as a point in time: a number in terms of {@link System#nanoTime()}, or {@link
 * #NEVER}. A number and no object, so that a wait allocates nothing for it.
 *
 * <p>Every time that a caller may give means something: what is zero or negative is over at once,
 * what is longer than a century ({@code ChronoUnit.FOREVER}, {@code Long.MAX_VALUE} seconds) is for
 * ever, and nothing overflows in between. Any thread may call these methods.
 */
public final class Deadline {
  /** The end of a wait that lasts for ever. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Half of what can be counted, so that two points in time can always be compared: 146 years. */
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

  private static final Duration LONGEST = Duration.ofNanos(LONGEST_NANOS);
  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private Deadline() {}

  /**
   * The point in time that is so far from now.
   *
   * @param time how far; zero or less is now
   * @return the deadline
   */
  public static long after(Duration time) {
    return after(nanos(time));
  }

  /**
   * The nanoseconds of a time, however long or short.
   *
   * @param time the time
   * @return 0 for a negative one; for what is longer 146 years, twice of which still is a number
   */
  public static long nanos(Duration time) {
    if (time.isNegative()) {
      return 0;
    }
    return time.compareTo(LONGEST) >= 0 ? LONGEST_NANOS : time.toNanos();
  }

  /**
   * The point in time that is so far from now.
   *
   * @param time how far; zero or less is now
   * @param unit its unit
   * @return the deadline
   */
  public static long after(long time, TimeUnit unit) {
    return after(unit.toNanos(time));
  }

  private static long after(long nanos) {
    if (nanos >= LONGEST_NANOS) {
      return NEVER;
    }
    return System.nanoTime() + Math.max(0, nanos);
  }

  /**
   * The one of two that comes first.
   *
   * @param one a deadline
   * @param other another one
   * @return the earlier one
   */
  public static long earlier(long one, long other) {
    if (one == NEVER || other == NEVER) {
      return one == NEVER ? other : one;
    }
    return one - other <= 0 ? one : other;
  }

  /**
   * Looks whether a deadline has passed.
   *
   * @param deadline the deadline
   * @return false as long as there is time
   */
  public static boolean hasPassed(long deadline) {
    return nanosLeft(deadline) == 0;
  }

  /**
   * How much time is left.
   *
   * @param deadline the deadline
   * @return nanoseconds; 0 if it has passed, {@link Long#MAX_VALUE} if it never does
   */
  public static long nanosLeft(long deadline) {
    return deadline == NEVER ? Long.MAX_VALUE : Math.max(0, deadline - System.nanoTime());
  }

  /**
   * How much time is left, for {@link Epoll#await}. Rounded up, or the last millisecond would be
   * spent spinning; cut at what an int can hold, so the caller looks at the deadline again.
   *
   * @param deadline the deadline
   * @return milliseconds; 0 if it has passed, {@link Epoll#FOREVER} if it never does
   */
  public static int millisLeft(long deadline) {
    return millis(nanosLeft(deadline));
  }

  /**
   * A time limit for {@link Epoll#await}: not shorter, and without an end if it had none.
   *
   * @param nanos nanoseconds, {@link Long#MAX_VALUE} for ever
   * @return milliseconds, rounded up and cut at what an int can hold; {@link Epoll#FOREVER} for
   *     ever
   */
  public static int millis(long nanos) {
    return nanos == Long.MAX_VALUE
        ? Epoll.FOREVER
        : (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(nanos, NANOS_PER_MILLI));
  }

  /**
   * What is left of a time limit.
   *
   * @param timeoutNanos the limit; 0 or less is none, {@link Long#MAX_VALUE} is for ever
   * @param start when it began, by {@link System#nanoTime()}
   * @return nanoseconds, 0 or less if it is over; a limit that is none or for ever stays so
   */
  public static long left(long timeoutNanos, long start) {
    return timeoutNanos == Long.MAX_VALUE || timeoutNanos <= 0
        ? timeoutNanos
        : timeoutNanos - (System.nanoTime() - start);
  }
}
