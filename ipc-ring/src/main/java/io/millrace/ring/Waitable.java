package io.millrace.ring;

/**
 * Something that one thread can wait for: a record to consume, or room to write.
 *
 * <p>It can also stand in an event loop of the application's own:
 *
 * <pre>{@code
 * while (waitable.prepareWait()) {
 *   // poll(2), epoll(7) ... on waitable.descriptor() and others, for reading,
 *   // for at most waitable.longestWaitNanos(); then see to the others
 * }
 * waitable.cancelWait();
 * }</pre>
 *
 * <p>Used by the thread that uses the handle it came from.
 */
public interface Waitable {
  /** {@link #longestWaitNanos()} without a bound. */
  long FOREVER = Long.MAX_VALUE;

  /**
   * Looks, without waiting. Now and then it also looks for what killed processes left.
   *
   * @return true if what is waited for is there
   */
  boolean isReady();

  /**
   * Blocks until it is there. A waiting thread uses no processor time. The wait may end early
   * without it being there: look again.
   *
   * @param timeoutNanos how long at most, in nanoseconds; {@link #FOREVER} for no limit
   * @return true if it is there
   */
  boolean await(long timeoutNanos);

  /**
   * The descriptor to poll for reading, between {@link #prepareWait()} and {@link #cancelWait()}.
   *
   * @return the number of the descriptor, the same for the life of the handle; it stays owned by it
   * @throws NoFreeSlotException if all places for sleepers are taken
   */
  int descriptor();

  /**
   * Asks to be woken through the descriptor, then looks once more. While it is not there, call this
   * again before each sleep; it still counts as one wait.
   *
   * @return false if it is there already: do not sleep
   * @throws NoFreeSlotException if all places for sleepers are taken
   */
  boolean prepareWait();

  /**
   * How long the sleep after {@link #prepareWait()} may be. The first one of a wait is short: what
   * came just before the wait began may show only at its end. A later one has a bound where
   * something is under way that nobody will announce, such as the claim of a process that may die.
   *
   * @return nanoseconds, or {@link #FOREVER}
   */
  long longestWaitNanos();

  /** Ends the wait that {@link #prepareWait()} began. Harmless without one. */
  void cancelWait();
}
