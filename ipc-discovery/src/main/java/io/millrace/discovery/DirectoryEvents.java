package io.millrace.discovery;

import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.Inotify;
import io.millrace.os.SystemCallException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel told of the registry's directory and has not been looked at yet. Used by one
 * thread.
 *
 * <p>Events only say where to look. The one thing taken from them is how a name was removed: a
 * publisher that withdraws unlinks it, a cleaner renames it.
 */
final class DirectoryEvents implements AutoCloseable {
  private static final int MASK =
      Inotify.CREATE
          | Inotify.MOVED_TO
          | Inotify.MODIFY
          | Inotify.CLOSE_WRITE
          | Inotify.DELETE
          | Inotify.MOVED_FROM
          | Inotify.DELETE_SELF;

  private final Inotify inotify;
  private final Set<String> touched = new LinkedHashSet<>();
  private final Map<String, Removals> removals = new HashMap<>();
  private final Set<String> closed = new HashSet<>();
  private boolean incomplete;

  /**
   * How a name was removed since it was looked at.
   *
   * @param first how the service that was known went
   * @param last how the last one went; there may have been others in between, which nobody saw
   * @param count how often
   */
  record Removals(Departure first, Departure last, int count) {}

  DirectoryEvents(Directory directory) {
    try {
      inotify = new Inotify(directory, MASK);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.EMFILE) {
        throw new DiscoveryException(
            "cannot watch "
                + directory.path()
                + ": this user has no inotify instance left or this process no descriptor; raise"
                + " fs.inotify.max_user_instances or ulimit -n",
            failure);
      }
      throw failure;
    }
  }

  int descriptor() {
    return inotify.descriptor().number();
  }

  /** Reads what the kernel has to tell by now. */
  void drain() {
    inotify.drain(this::onEvent);
  }

  private void onEvent(int mask, String name) {
    if ((mask & (Inotify.OVERFLOW | Inotify.IGNORED | Inotify.DELETE_SELF)) != 0) {
      incomplete = true;
    } else if (HiddenNames.isService(name)) {
      touched.add(name);
      if ((mask & Inotify.DELETE) != 0) {
        addRemoval(name, Departure.WITHDRAWN);
      } else if ((mask & Inotify.MOVED_FROM) != 0) {
        addRemoval(name, Departure.DIED);
      } else if ((mask & Inotify.CLOSE_WRITE) != 0) {
        closed.add(name);
      }
    }
  }

  private void addRemoval(String name, Departure reason) {
    removals.merge(
        name,
        new Removals(reason, reason, 1),
        (before, one) -> new Removals(before.first, reason, before.count + 1));
  }

  /** A name to look at, {@code null} if there is none. */
  String next() {
    var names = touched.iterator();
    if (!names.hasNext()) {
      return null;
    }
    String name = names.next();
    names.remove();
    return name;
  }

  boolean isAnyTouched() {
    return incomplete || !touched.isEmpty();
  }

  boolean isTouched(String name) {
    return incomplete || touched.contains(name);
  }

  void lookAtEverything() {
    incomplete = true;
  }

  void touch(String name) {
    touched.add(name);
  }

  /** How a name was removed since the last call for it, {@code null} if it was not. */
  Removals takeRemovals(String name) {
    return removals.remove(name);
  }

  /** Tells whether somebody who could write the file of a name closed it since the last call. */
  boolean takeClosed(String name) {
    return closed.remove(name);
  }

  /** Tells, once, that events were lost and everything must be looked at. */
  boolean takeIncomplete() {
    boolean was = incomplete;
    incomplete = false;
    return was;
  }

  @Override
  public void close() {
    inotify.close();
  }
}
