package io.millrace.discovery.root;

import io.millrace.discovery.model.RootException;
import io.millrace.os.Directory;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the path of a directory has come to lead elsewhere, or nowhere: no event tells that
 * to those who have the directory open. It costs one system call a second. Used by one thread.
 */
public final class PlaceCheck {
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Directory directory;
  private long last = System.nanoTime();

  public PlaceCheck(Directory directory) {
    this.directory = directory;
  }

  /** When to look next, see {@link io.millrace.os.Deadline}. */
  public long next() {
    return last + PAUSE_NANOS;
  }

  /**
   * Looks, if it is time to.
   *
   * @throws RootException if the path leads elsewhere
   */
  public void lookIfDue() {
    long now = System.nanoTime();
    if (now - last >= PAUSE_NANOS) {
      last = now;
      Root.requireInPlace(directory);
    }
  }
}
