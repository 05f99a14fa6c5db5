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
 * <p>Used by the thread that uses the handle it came from; only {@link #wakeup()} is for any
 * thread. All methods but that one and {@link #isWoken()} throw what the handle throws when it is
 * closed or used by a second thread.
 *
 * <p>A wait ends early, without what it waits for, when somebody calls {@link #wakeup()} and when
 * its thread is interrupted. An interrupt that came before counts as well: an interrupted thread
 * does not wait. Its flag stays set, and nothing is thrown or lost.
 */
public interface Waitable {
  /** The time limit that means no limit. */
  long FOREVER = Long.MAX_VALUE;

  /**
   * Looks, without waiting. Now and then it also looks for what killed processes left.
   *
   * @return true if what is waited for is there
   */
  boolean isReady();

  /**
   * Blocks until it is there. A waiting thread uses no processor time, except that it looks every
   * few milliseconds while all places for sleepers are taken or no descriptors are left for it. A
   * virtual thread leaves its carrier to others.
   *
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less only looks, {@link #FOREVER}
   *     waits without a limit
   * @return true if it is there; false if the time is over, or the wait was ended by {@link
   *     #wakeup()} or an interrupt
   */
  boolean await(long timeoutNanos);

  /**
   * Ends the wait that is under way, or else the next one at once, whether it blocks, spins, or is
   * one of an event loop. Many calls before a wait count as one. Does nothing once the handle is
   * closed.
   *
   * <p>Any thread may call it at any time. It is the same as that of the handle.
   */
  default void wakeup() {
    throw new UnsupportedOperationException("this waitable cannot be woken");
  }

  /**
   * Tells whether the wait is to end even though nothing may be there: {@link #wakeup()} was called
   * since it last ended a wait, or the calling thread is interrupted. For strategies and event
   * loops; {@link #await(long)} looks itself.
   *
   * @return true if so
   */
  default boolean isWoken() {
    return Thread.currentThread().isInterrupted();
  }

  /**
   * The descriptor to poll for reading, between {@link #prepareWait()} and {@link #cancelWait()}.
   * It also becomes readable by {@link #wakeup()}, but not by an interrupt: how to notice that is
   * the event loop's business.
   *
   * @return the number of the descriptor, the same for the life of the handle; it stays owned by it
   * @throws io.millrace.SystemCallException if this process has no descriptors left (EMFILE: raise
   *     {@code ulimit -n}); other ways of waiting go on without one
   */
  int descriptor();

  /**
   * Asks to be woken through the descriptor, then looks once more. While it is not there, call this
   * again before each sleep; it still counts as one wait.
   *
   * @return false if it is there already, or {@linkplain #isWoken() the wait is to end}: do not
   *     sleep
   */
  boolean prepareWait();

  /**
   * How long the sleep after {@link #prepareWait()} may be. The first one of a wait is short: what
   * came just before the wait began may show only at its end. A later one has a bound where
   * something may come that nobody will announce: the end of a claim of a process that may die,
   * what another one was woken for and has not taken, or anything, while all places for sleepers
   * are taken.
   *
   * @return nanoseconds, or {@link #FOREVER}
   */
  long longestWaitNanos();

  /**
   * Ends the wait that {@link #prepareWait()} began, also for {@link #wakeup()}: what was called
   * before ends no other wait. Harmless if there is none.
   */
  void cancelWait();
}
