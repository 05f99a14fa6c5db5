package io.millrace.discovery.alive;

import io.millrace.discovery.Alive;
import io.millrace.discovery.life.Rechecks;
import io.millrace.discovery.life.Sleep;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.FileStatus;
import io.millrace.os.Inotify;
import java.util.concurrent.TimeUnit;

/**
 * Sleeps until something happens to the file of an {@link Alive}: to the file itself, under
 * whatever name and in whatever directory that is done, and to its name. What happens to other
 * files of the directory wakes nobody but for a name that comes or goes. Used by one thread.
 *
 * <p>No event tells that the path has come to lead into another directory, so that is looked at
 * once a second, with one system call.
 */
final class AliveWatch implements AutoCloseable {
  private static final int NAME_EVENTS =
      Inotify.CREATE | Inotify.MOVED_TO | Inotify.MOVED_FROM | Inotify.DELETE | Inotify.MOVE_SELF;
  private static final int FILE_EVENTS = Inotify.MODIFY | Inotify.CLOSE_WRITE;
  private static final long LOOK_SECONDS = 1;

  private final AliveFile file;
  private final String name;
  private final Rechecks rechecks = new Rechecks();
  private final Sleep sleep = new Sleep();

  /** What is watched, both null while the path leads into no directory. */
  private Directory directory;

  private Inotify inotify;

  private FileStatus watched;
  private boolean touched;
  private boolean closed;

  AliveWatch(AliveFile file) {
    this.file = file;
    this.name = file.path().name();
  }

  /** Goes to where the path leads now, and watches that. */
  void follow() {
    file.refresh();
    if (file.directory() != directory) {
      endInotify();
      directory = file.directory();
      if (directory != null) {
        inotify = new Inotify(directory, NAME_EVENTS);
        sleep.add(inotify.descriptor().number());
      }
    }
    try (Descriptor opened = file.open(false)) {
      if (opened != null) {
        FileStatus status = opened.status();
        if (watched == null || !watched.isSameFile(status)) {
          inotify.add(opened, FILE_EVENTS);
          watched = status;
        }
      }
    }
  }

  /** Tells whether the calling thread was interrupted, which ends its wait. */
  boolean isOver() {
    return sleep.isOver();
  }

  /**
   * Returns when there is a reason to look, or to give up, or the deadline has passed, or sooner.
   */
  void sleep(long deadline) {
    touched = false;
    closed = false;
    while (!touched && !isOver() && !Deadline.hasPassed(deadline)) {
      long next = Deadline.earlier(rechecks.next(), Deadline.after(LOOK_SECONDS, TimeUnit.SECONDS));
      boolean isReady = sleep.until(Deadline.earlier(deadline, next));
      if (isReady) {
        inotify.drain(this::onEvent);
      }
      // The file of a dying holder is closed a moment before its lock is free.
      if (closed) {
        rechecks.begin(name);
      } else if (!rechecks.takeDue().isEmpty()) {
        rechecks.again(name);
        return;
      }
      if (!isReady && isElsewhere()) {
        return;
      }
    }
  }

  private boolean isElsewhere() {
    return file.directory() == null || !file.path().isIn(file.directory());
  }

  private void onEvent(int mask, String changed) {
    if (!changed.isEmpty() && !changed.equals(name)) {
      return;
    }
    touched = true;
    closed |= (mask & Inotify.CLOSE_WRITE) != 0;
    if ((mask & Inotify.IGNORED) != 0) {
      watched = null; // The file is gone for good, and its number may be another one's soon.
    }
  }

  private void endInotify() {
    if (inotify != null) {
      inotify.close();
      inotify = null;
      directory = null;
      watched = null;
    }
  }

  @Override
  public void close() {
    Closing.closeAll(this::endInotify, sleep);
  }
}
