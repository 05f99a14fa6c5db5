package io.millrace.discovery.life;

import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.InterruptHook;

/**
 * How a thread of the application sleeps until something happens: on an epoll set, which an
 * interrupt of the thread and a close end as well. A virtual thread leaves its carrier to others.
 *
 * <p>One thread uses it; any may {@link #end()} it, until it is closed.
 */
public final class Sleep implements AutoCloseable {
  /** No descriptor that is added has this tag. */
  private static final long WAKE_TAG = -1;

  private final Epoll epoll = new Epoll();
  private final EventFd wake;
  private final Runnable nudge = this::nudge;
  private InterruptHook hook = new InterruptHook(nudge);
  private volatile boolean ended;

  /** Null where there is nothing to be closed meanwhile. */
  private final Guests.Wait wait;

  /** One that only an interrupt ends. */
  public Sleep() {
    this(null);
  }

  /** One of a guest, which the close ends as well. */
  public Sleep(Guests guests) {
    EventFd made = null;
    try {
      made = EventFd.create();
      // Edge-triggered: each signal wakes, and nobody needs to read the counter.
      epoll.add(made.descriptor().number(), Epoll.IN | Epoll.EDGE, WAKE_TAG);
    } catch (RuntimeException | Error failure) {
      if (made != null) {
        made.close();
      }
      epoll.close();
      throw failure;
    }
    wake = made;
    wait = guests == null ? null : guests.waiting(this::end);
  }

  /** Lets a descriptor that becomes readable end a sleep. */
  public void add(int descriptor) {
    epoll.add(descriptor, Epoll.IN, 0);
  }

  /**
   * Sleeps until a descriptor is readable, the deadline has passed, or the wait is over; or until
   * sooner.
   *
   * @return true if a descriptor is readable
   */
  public boolean until(long deadline) {
    hook.arm();
    try {
      int ready = epoll.await(isOver() ? 0 : Deadline.millisLeft(deadline));
      return ready > 1 || ready == 1 && epoll.tag(0) != WAKE_TAG;
    } finally {
      if (!hook.disarm()) {
        hook = new InterruptHook(nudge);
      }
    }
  }

  private synchronized void closeWake() {
    wake.close();
  }

  /** Tells whether to stop waiting: somebody ended it, or interrupted the calling thread. */
  public boolean isOver() {
    return ended || Thread.currentThread().isInterrupted();
  }

  /** Ends the sleep that goes on, and all others. */
  void end() {
    ended = true;
    nudge();
  }

  /** Also called behind a sleep, and behind the close: by the thread that interrupts. */
  private synchronized void nudge() {
    if (!wake.isClosed()) {
      wake.signal();
    }
  }

  @Override
  public void close() {
    Closing.closeAll(wait, epoll, this::closeWake);
  }
}
