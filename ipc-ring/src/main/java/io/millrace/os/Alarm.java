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

  /**
   * An event that is signalled and never drained. It is a member of the sets of all alarms, each of
   * which is told of it when its own alarm asks the set to look again: so an alarm takes no
   * descriptor. Closed with the last one that is connected. Guarded by the class.
   */
  private static EventFd signalled;

  private static int connected;

  private final Runnable nudge = this::nudge;
  private volatile boolean set;

  /**
   * How many waits it has ended: a thread that hands a wait on to others can tell that one of them
   * did.
   */
  private int ended;

  private volatile Thread parked;
  private InterruptHook hook = new InterruptHook(nudge);

  /** Null while there is no set that it belongs to. Guarded by this object. */
  private Epoll epoll;

  /** The number of the event in that set. */
  private int event;

  /** Makes one that is not set. */
  public Alarm() {}

  /** Ends the wait that is under way, or else the next one. */
  public void set() {
    set = true;
    nudge();
  }

  /** An interrupted thread needs nothing more: its flag stays. Also called after the close. */
  private synchronized void nudge() {
    if (epoll != null) {
      epoll.change(event, Epoll.IN | Epoll.EDGE, TAG);
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
    int number = share();
    try {
      // Nothing of it is of interest until somebody nudges.
      epoll.add(number, Epoll.EDGE, TAG);
    } catch (RuntimeException | Error failure) {
      unshare();
      throw failure;
    }
    synchronized (this) {
      this.epoll = epoll;
      event = number;
    }
  }

  private static synchronized int share() {
    if (connected == 0) {
      EventFd made = EventFd.create();
      made.signal();
      signalled = made;
    }
    connected++;
    return signalled.descriptor().number();
  }

  private static synchronized void unshare() {
    connected--;
    if (connected == 0) {
      signalled.close();
      signalled = null;
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

  /** Lets go of its set, right before that is closed. It can still be set. */
  public synchronized void disconnect() {
    if (epoll != null) {
      epoll = null;
      unshare();
    }
  }
}
