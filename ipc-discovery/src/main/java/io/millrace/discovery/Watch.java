package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.ErrorHandler;

/**
 * A running watch: a daemon thread that sleeps in the kernel until something changes and tells the
 * listener. Closing it ends the watch; after that the listener is not called any more.
 */
public final class Watch implements AutoCloseable {
  private final Watcher watcher;
  private final EventFd wake;
  private final Thread thread;
  private final ErrorHandler errors;
  private final Consumer<Watch> onClosed;
  private volatile boolean stopped;

  Watch(
      Directory directory,
      Cleaner cleaner,
      Predicate<? super Service> filter,
      ServiceListener listener,
      ErrorHandler errors,
      Consumer<Watch> onClosed) {
    this.errors = errors;
    this.onClosed = onClosed;
    this.wake = EventFd.create();
    Watcher made = null;
    try {
      made = new Watcher(directory, cleaner, new FilteringListener(filter, listener, errors));
      made.wakeBy(wake.descriptor().number());
      watcher = made;
      thread = new Thread(this::run, "millrace-watch");
      thread.setDaemon(true);
      thread.start();
    } catch (RuntimeException | Error failure) {
      if (made != null) {
        made.close();
      }
      wake.close();
      throw failure;
    }
  }

  /**
   * Tells whether everything that has happened to a name by now has been told. For listeners, while
   * they are called.
   */
  boolean isCurrent(String name) {
    return watcher.isCurrent(name);
  }

  /** Comes back to a name in a second. For listeners, while they are called. */
  void lookAgainLater(String name) {
    watcher.lookAgainLater(name);
  }

  private void run() {
    try (watcher) {
      lastingThroughShortage(watcher::start);
      while (!stopped) {
        lastingThroughShortage(watcher::awaitAndTell);
      }
    } catch (RuntimeException failure) {
      errors.onError(failure);
    } finally {
      synchronized (wake) {
        wake.close();
      }
    }
  }

  private void lastingThroughShortage(Runnable step) {
    try {
      step.run();
    } catch (UncheckedIOException shortage) {
      // Most likely no descriptor is left. That passes, and nothing must be missed by then.
      errors.onError(shortage);
      watcher.lookAtEverythingLater();
    }
  }

  /** Ends the watch and returns when the listener runs no more, unless the listener calls this. */
  @Override
  public void close() {
    synchronized (wake) {
      if (!stopped) {
        stopped = true;
        if (!wake.isClosed()) {
          wake.signal();
        }
      }
    }
    onClosed.accept(this);
    if (Thread.currentThread() != thread) {
      Threads.joinUninterruptibly(thread);
    }
  }
}
