package io.millrace.os;

import java.util.concurrent.locks.LockSupport;

/**
 * Ends the wait of one thread from within its own process: somebody wants it to look up, or
 * interrupts it. It stays set until a wait has ended by it, so nothing is lost between two waits.
 *
 * <p>Any thread may {@link #set()}, also once it is closed; the rest is for the thread that waits.
 */
public final class Alarm {
  /** What {@link Epoll#tag(int)} tells of it; no descriptor and no process has this number. */
  public static final long TAG = -2;

  private final Runnable nudge = this::nudge;
  private volatile boolean set;

  /**
   * How many waits it has ended: a thread that hands a wait on to others can tell that one of them
   * did.
   */
  private int ended;

  private volatile Thread parked;
  private InterruptHook hook = new InterruptHook(nudge);

  /** Null while there is no epoll set that it belongs to. Guarded by this object. */
  private EventFd event;

  /** Makes one that is not set. */
  public Alarm() {}

  /** Ends the wait that is under way, or else the next one. */
  public void set() {
    set = true;
    nudge();
  }

  /** An interrupted thread needs nothing more: its flag stays. Also called after the close. */
  private synchronized void nudge() {
    if (event != null) {
      event.signal();
    }
    LockSupport.unpark(parked);
  }

  /**
   * Tells whether a wait of the calling thread is to end now.
   *
   * @return true if it was {@link #set()}, or the thread is interrupted
   */
  public boolean isDue() {
    return set || Thread.currentThread().isInterrupted();
  }

  /** At the end of a wait: whether it ended by this. */
  public void end() {
    if (set) {
      set = false;
      ended++;
    }
  }

  /**
   * Counts the waits.
   *
   * @return how many it has ended
   */
  public int ended() {
    return ended;
  }

  /**
   * From now on it wakes the thread that sleeps on a set, until {@link #disconnect()}.
   *
   * @param epoll the set
   */
  public void connect(Epoll epoll) {
    EventFd made = EventFd.create();
    try {
      // Edge-triggered: each signal wakes, and nobody needs to read the counter.
      epoll.add(made.descriptor().number(), Epoll.IN | Epoll.EDGE, TAG);
    } catch (RuntimeException | Error failure) {
      made.close();
      throw failure;
    }
    synchronized (this) {
      event = made;
    }
  }

  /**
   * Sleeps on the set, unless the wait is to end.
   *
   * @param epoll the set
   * @param millis how long at most, or {@link Epoll#FOREVER}
   * @return how many of its members are ready
   */
  public int sleep(Epoll epoll, int millis) {
    hook.arm();
    try {
      return epoll.await(isDue() ? 0 : millis);
    } finally {
      if (!hook.disarm()) {
        hook = new InterruptHook(nudge);
      }
    }
  }

  /**
   * Sleeps where there is no set to sleep on.
   *
   * @param nanos how long at most
   */
  public void park(long nanos) {
    parked = Thread.currentThread();
    if (!isDue()) {
      LockSupport.parkNanos(this, nanos);
    }
    parked = null;
  }

  /** Closes what it woke by. It can still be set. */
  public synchronized void disconnect() {
    if (event != null) {
      event.close();
      event = null;
    }
  }
}
