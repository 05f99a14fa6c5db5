package io.millrace.discovery.watch;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Directory;
import io.millrace.os.Inotify;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the kernel told of the registry's directory and has not been looked at yet. Used by one
 * thread.
 *
 * <p>Events only say where to look. The one thing taken from them is how a name was removed: a
 * publisher that withdraws sets its file's permissions, to what they are, and unlinks it; a cleaner
 * renames it; anybody else just unlinks it.
 */
final class DirectoryEvents implements AutoCloseable {
  private static final int MASK =
      Inotify.CREATE
          | Inotify.MOVED_TO
          | Inotify.MODIFY
          | Inotify.CLOSE_WRITE
          | Inotify.DELETE
          | Inotify.MOVED_FROM
          | Inotify.ATTRIB
          | Inotify.DELETE_SELF;

  /** What happens to a name, and not to the file that has it. */
  private static final int TO_NAME =
      Inotify.CREATE | Inotify.MOVED_TO | Inotify.DELETE | Inotify.MOVED_FROM;

  private final Inotify inotify;
  private final Predicate<String> names;
  private final Set<String> touched = new LinkedHashSet<>();
  private final Map<String, Removals> removals = new HashMap<>();
  private final Set<String> closed = new HashSet<>();
  private final Set<String> foreign = new HashSet<>();
  private final Set<String> announced = new HashSet<>();
  private final Set<String> created = new HashSet<>();
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
    this(directory, name -> true);
  }

  /**
   * Begins to listen.
   *
   * @param names which services are of interest; what is told of others is dropped unread
   */
  DirectoryEvents(Directory directory, Predicate<String> names) {
    this.names = names;
    try {
      inotify = new Inotify(directory, MASK);
    } catch (SystemCallException failure) {
      throw new DiscoveryException(
          "cannot watch " + directory.path() + ": " + failure.getMessage(), failure);
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
    } else if (Service.isName(name) && !names.test(name)) {
      return;
    } else if ((mask & Inotify.ATTRIB) != 0) {
      if (Service.isName(name)) {
        announced.add(name);
      }
    } else if (Service.isName(name) && !isWriteToForeign(mask, name)) {
      touched.add(name);
      // Another hand that removes a record, as when a directory is emptied, does not announce it.
      boolean expected = (mask & TO_NAME) != 0 && announced.remove(name);
      if ((mask & Inotify.DELETE) != 0) {
        addRemoval(name, expected ? Departure.WITHDRAWN : Departure.REMOVED);
      } else if ((mask & Inotify.MOVED_FROM) != 0) {
        addRemoval(name, Departure.DIED);
      } else if ((mask & Inotify.CLOSE_WRITE) != 0) {
        closed.add(name);
      } else if ((mask & (Inotify.CREATE | Inotify.MOVED_TO)) != 0) {
        created.add(name);
      }
    }
  }

  /** What is written to somebody's file is no news, however often; another file of the name is. */
  private boolean isWriteToForeign(int mask, String name) {
    if ((mask & ~(Inotify.MODIFY | Inotify.CLOSE_WRITE)) != 0) {
      foreign.remove(name);
    }
    return foreign.contains(name);
  }

  /** The file of a name is none of Millrace's: writing to it does not make it one. */
  void ignoreWritesTo(String name) {
    foreign.add(name);
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
    if (!Service.isName(name) || names.test(name)) {
      touched.add(name);
    }
  }

  /** How a name was removed since the last call for it, {@code null} if it was not. */
  Removals takeRemovals(String name) {
    return removals.remove(name);
  }

  /** Tells whether somebody who could write the file of a name closed it since the last call. */
  boolean takeClosed(String name) {
    return closed.remove(name);
  }

  /** Tells whether a name has appeared since the last call for it. */
  boolean takeCreated(String name) {
    return created.remove(name);
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
