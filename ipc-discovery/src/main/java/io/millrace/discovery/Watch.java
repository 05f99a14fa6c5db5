package io.millrace.discovery;

import io.millrace.SystemCallException;
import io.millrace.discovery.life.Callbacks;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceListener;
import io.millrace.discovery.record.Cleaner;
import io.millrace.discovery.watch.FilteringListener;
import io.millrace.discovery.watch.Watcher;
import io.millrace.os.Closing;
import io.millrace.os.Directory;
import io.millrace.os.EventFd;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A running watch: a daemon thread that sleeps in the kernel until something changes and tells the
 * listener. Closing it, or its registry, ends the watch. When the registry's directory is removed,
 * moved or replaced, the error handler is told and the watch ends by itself.
 *
 * <p>What a listener or a filter throws, an {@link Error} too, goes to the error handler, and the
 * watch goes on; what the error handler throws goes to the handler of uncaught exceptions of the
 * thread. An interrupt of the thread ends nothing.
 */
public final class Watch implements AutoCloseable {
  private static final int PAUSE_MILLIS = 50;

  /** Its own: it may be in use still when the registry is gone. */
  private final Directory directory;

  private final Watcher watcher;
  private final EventFd wake;
  private final Callbacks callbacks;
  private final Consumer<Watch> onClosed;
  private volatile boolean stopped;

  Watch(
      Directory registry,
      Function<Directory, Cleaner> cleaning,
      Predicate<? super Service> filter,
      ServiceListener listener,
      Callbacks callbacks,
      Consumer<Watch> onClosed) {
    this.callbacks = callbacks;
    this.onClosed = onClosed;
    this.wake = EventFd.create();
    Directory own = null;
    Watcher made = null;
    try {
      own = registry.reopen();
      made =
          new Watcher(
              own,
              cleaning.apply(own),
              new FilteringListener(filter, listener, callbacks, () -> stopped));
      made.wakeBy(wake.descriptor().number());
      directory = own;
      watcher = made;
      Thread thread = new Thread(this::run, "millrace-watch");
      thread.setDaemon(true);
      thread.start();
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, made, own, wake);
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
    try {
      lastingThroughShortage(watcher::start);
      while (!stopped) {
        lastingThroughShortage(watcher::awaitAndTell);
      }
    } catch (RuntimeException | Error failure) {
      tell(failure);
    }
    stopped = true;
    callbacks.run(() -> Closing.closeAll(watcher, directory, this::closeWake));
    onClosed.accept(this);
  }

  private void lastingThroughShortage(Runnable step) {
    try {
      step.run();
    } catch (SystemCallException | VirtualMachineError shortage) {
      // Most likely no descriptor is left, or no memory. That passes, and nothing must be missed by
      // then.
      tell(shortage);
      watcher.lookAtEverythingLater();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
    }
  }

  /** What fails because the registry is being closed is no news. */
  private void tell(Throwable failure) {
    if (!stopped) {
      callbacks.report(failure);
    }
  }

  /** Tells whether it was closed or has ended by itself. */
  boolean isOver() {
    return stopped;
  }

  private void closeWake() {
    synchronized (wake) {
      wake.close();
    }
  }

  /**
   * Ends the watch. Any thread may close, also the listener. No call of the listener begins after
   * that; one that another thread is in is not waited for. Closing again does nothing.
   */
  @Override
  public void close() {
    stopped = true;
    synchronized (wake) {
      if (!wake.isClosed()) {
        wake.signal();
      }
    }
    onClosed.accept(this);
  }
}
