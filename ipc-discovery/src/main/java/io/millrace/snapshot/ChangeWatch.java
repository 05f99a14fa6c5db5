package io.millrace.snapshot;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Epoll;
import io.millrace.os.Inotify;
import java.util.concurrent.TimeUnit;

/**
 * Sleeps until the kernel tells of a change.
 *
 * <p>It watches the file, not a word in memory, because a writer may be killed between storing a
 * new version and waking anybody: the kernel then closes the writer's file, and that is an event
 * too. So is the loss of the file's name.
 */
final class ChangeWatch implements AutoCloseable {
  private static final int FILE_EVENTS =
      Inotify.MODIFY | Inotify.CLOSE_WRITE | Inotify.ATTRIB | Inotify.MOVE_SELF;
  private static final int NAME_EVENTS =
      Inotify.CREATE | Inotify.MOVED_TO | Inotify.MODIFY | Inotify.CLOSE_WRITE;
  private static final int NAME_LOST = Inotify.ATTRIB | Inotify.MOVE_SELF;

  private final Inotify inotify;
  private final Epoll epoll;
  private boolean nameLost;

  private ChangeWatch(Inotify inotify, Epoll epoll) {
    this.inotify = inotify;
    this.epoll = epoll;
  }

  /** Watches an open file. */
  static ChangeWatch of(Descriptor file) {
    return over(new Inotify(file, FILE_EVENTS));
  }

  /** Watches for names to appear and for files to be written to. */
  static ChangeWatch of(Directory directory) {
    return over(new Inotify(directory, NAME_EVENTS));
  }

  private static ChangeWatch over(Inotify inotify) {
    Epoll epoll = null;
    try {
      epoll = new Epoll();
      epoll.add(inotify.descriptor().number(), Epoll.IN, 0);
      return new ChangeWatch(inotify, epoll);
    } catch (RuntimeException | Error failure) {
      inotify.close();
      if (epoll != null) {
        epoll.close();
      }
      throw failure;
    }
  }

  /**
   * Forgets what was told so far.
   *
   * @return true if any of it may mean that the file has lost its name
   */
  boolean clear() {
    nameLost = false;
    inotify.drain((mask, name) -> nameLost |= (mask & NAME_LOST) != 0);
    return nameLost;
  }

  /**
   * Sleeps until something is told that {@link #clear} has not forgotten, or until the deadline.
   *
   * @param deadline in terms of {@link System#nanoTime()}
   * @return false if the deadline has passed
   */
  boolean sleep(long deadline) {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    // Up to the next millisecond, or the last one would be spent spinning.
    long millis = TimeUnit.NANOSECONDS.toMillis(left) + 1;
    epoll.await((int) Math.min(millis, Integer.MAX_VALUE));
    return true;
  }

  @Override
  public void close() {
    epoll.close();
    inotify.close();
  }
}
