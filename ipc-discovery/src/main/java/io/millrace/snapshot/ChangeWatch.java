package io.millrace.snapshot;

import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.Inotify;
import io.millrace.os.InterruptHook;
import java.util.concurrent.TimeUnit;

/**
 * Sleeps until the kernel tells of a change.
 *
 * <p>It watches the file, not a word in memory, because a writer may be killed between storing a
 * new version and waking anybody: the kernel then closes the writer's file, and that is an event
 * too. So is the loss of the file's name. From within the process a sleep is ended by an interrupt
 * or by {@link #wake()}; any thread may do that, the rest is for the thread that sleeps.
 */
final class ChangeWatch implements AutoCloseable {
  private static final int FILE_EVENTS =
      Inotify.MODIFY | Inotify.CLOSE_WRITE | Inotify.ATTRIB | Inotify.MOVE_SELF;
  private static final int NAME_EVENTS = Inotify.CREATE | Inotify.MOVED_TO;
  private static final int NAME_LOST = Inotify.ATTRIB | Inotify.MOVE_SELF;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Inotify inotify;
  private final Epoll epoll;
  private final Runnable nudge = this::wake;
  private InterruptHook hook = new InterruptHook(nudge);

  /** Null when it is closed: an interrupt may still come then. Guarded by this object. */
  private EventFd event;

  private boolean nameLost;
  private boolean named;
  private long lastLook = System.nanoTime();

  private ChangeWatch(Inotify inotify, Epoll epoll, EventFd event) {
    this.inotify = inotify;
    this.epoll = epoll;
    this.event = event;
  }

  /** Watches an open file. */
  static ChangeWatch of(Descriptor file) {
    return over(new Inotify(file, FILE_EVENTS));
  }

  /** Watches for names to appear. */
  static ChangeWatch of(Directory directory) {
    return over(new Inotify(directory, NAME_EVENTS));
  }

  private static ChangeWatch over(Inotify inotify) {
    Epoll epoll = null;
    EventFd event = null;
    try {
      epoll = new Epoll();
      epoll.add(inotify.descriptor().number(), Epoll.IN, 0);
      event = EventFd.create();
      // Edge-triggered: each signal wakes, and nobody needs to read the counter.
      epoll.add(event.descriptor().number(), Epoll.IN | Epoll.EDGE, 0);
      return new ChangeWatch(inotify, epoll, event);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, epoll, event, inotify);
      throw failure;
    }
  }

  /** Ends the sleep that goes on, or else the next one. Any thread, even when this is closed. */
  synchronized void wake() {
    if (event != null) {
      event.signal();
    }
  }

  /**
   * Forgets what was told so far.
   *
   * @return true if any of it may mean that the file has lost its name, and once a second, because
   *     nothing tells that its directory has lost its own
   */
  boolean clear() {
    long now = System.nanoTime();
    nameLost = now - lastLook >= LOOK_NANOS;
    inotify.drain((mask, name) -> nameLost |= (mask & NAME_LOST) != 0);
    if (nameLost) {
      lastLook = now;
    }
    return nameLost;
  }

  /**
   * Sleeps until a name appears, for a second at most. What happens to other names is passed over.
   *
   * @param deadline in terms of {@link System#nanoTime()}
   * @return false if the deadline has passed, or the thread is interrupted, which it stays
   */
  boolean sleepUntilNamed(String name, long deadline) {
    named = false;
    long start = System.nanoTime();
    while (!named && System.nanoTime() - start < LOOK_NANOS) {
      if (!sleep(deadline)) {
        return false;
      }
      // Without a name: events were lost.
      inotify.drain((mask, told) -> named |= told.isEmpty() || told.equals(name));
    }
    return true;
  }

  /**
   * Sleeps until something is told that {@link #clear} has not forgotten, until {@link #wake()} or
   * the deadline, or for a second.
   *
   * @param deadline see {@link Deadline}
   * @return false if the deadline has passed, or the thread is interrupted, which it stays
   */
  boolean sleep(long deadline) {
    if (Deadline.hasPassed(deadline) || Thread.currentThread().isInterrupted()) {
      return false;
    }
    hook.arm();
    try {
      epoll.await(Deadline.millisLeft(Deadline.earlier(deadline, lastLook + LOOK_NANOS)));
    } finally {
      if (!hook.disarm()) {
        hook = new InterruptHook(nudge);
      }
    }
    return true;
  }

  @Override
  public void close() {
    Closing.closeAll(epoll, this::closeEvent, inotify);
  }

  private synchronized void closeEvent() {
    EventFd closing = event;
    event = null;
    closing.close();
  }
}
