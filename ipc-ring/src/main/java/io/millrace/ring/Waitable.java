package io.millrace.ring;

/**
 * Something that one thread can wait for: a record to consume, or room to write.
 *
 * <p>It can also stand in an event loop of the application's own:
 *
 * <pre>{@code
 * if (waitable.prepareWait()) {
 *   // poll(2), epoll(7) ... on waitable.descriptor() and others, for reading,
 *   // for at most waitable.longestWaitNanos()
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
   * Looks, without waiting and without a system call.
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
   * Asks to be woken through the descriptor, then looks once more.
   *
   * @return false if it is there already: do not sleep
   * @throws NoFreeSlotException if all places for sleepers are taken
   */
  boolean prepareWait();

  /**
   * How long the sleep after {@link #prepareWait()} may be: something is under way that nobody will
   * announce, such as the claim of a process that may die.
   *
   * @return nanoseconds, or {@link #FOREVER}
   */
  long longestWaitNanos();

  /** Ends the wait that {@link #prepareWait()} began. Harmless without one. */
  void cancelWait();
}
