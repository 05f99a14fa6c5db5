package io.millrace.discovery.record;

import io.millrace.SystemCallException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.RootException;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.os.CallResult;
import io.millrace.os.Directory;
import io.millrace.os.OfdLock;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Removes what dead processes left in the registry's directory. Any number of processes may do it
 * at once, and be killed in the middle.
 */
public final class Cleaner {
  private final Directory directory;
  private final boolean mayRemove;
  private final Leftovers leftovers;

  public Cleaner(Directory directory) {
    this(directory, true);
  }

  private Cleaner(Directory directory, boolean mayRemove) {
    this.directory = directory;
    this.mayRemove = mayRemove;
    this.leftovers = new Leftovers(directory);
  }

  /** For those who only look: leaves everything where it is. */
  public static Cleaner thatLeavesAll(Directory directory) {
    return new Cleaner(directory, false);
  }

  boolean mayRemove() {
    return mayRemove;
  }

  /** What became of a name. */
  public enum Outcome {
    /** It does not lead to that file any more. */
    REMOVED,
    /** Its publisher lives. */
    ALIVE,
    /** Another process is removing it at this moment. */
    BUSY,
    /** This user, or this cleaner, may not remove it, or it cannot be removed at the moment. */
    FORBIDDEN,
    /** It is no record: somebody else's file, which is left alone. */
    FOREIGN
  }

  /**
   * Removes whatever dead processes left.
   *
   * @return how many files that were
   * @throws RootException if the path of the directory leads elsewhere by now
   */
  public int removeAllDead() {
    int removed = 0;
    for (String name : leftovers.names()) {
      if (Service.isName(name) ? removeIfDead(name) == Outcome.REMOVED : removeHiddenIfDead(name)) {
        removed++;
      }
    }
    return removed;
  }

  /** Removes the record of a service if its publisher is dead. */
  public Outcome removeIfDead(String name) {
    if (!mayRemove) {
      return Outcome.FORBIDDEN;
    }
    try {
      Outcome seen = look(name);
      return seen == null ? open(name) : seen;
    } catch (RecordException flaw) {
      return flaw.flaw() == RecordException.Flaw.NOT_A_FILE ? Outcome.FOREIGN : Outcome.FORBIDDEN;
    } catch (SystemCallException failure) {
      requireNoShortage(failure);
      return Outcome.FORBIDDEN;
    }
  }

  /**
   * Looks at a record before it is opened for writing, because closing it then is an event for
   * watchers. Returns null if nothing is in the way.
   */
  private Outcome look(String name) {
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      if (file != null && file.isPublisherAlive()) {
        return Outcome.ALIVE;
      }
      boolean isBusy =
          file != null && OfdLock.isHeldByAnother(file.descriptor(), RecordLayout.CLEANER_LOCK);
      return isBusy ? Outcome.BUSY : null;
    }
  }

  private Outcome open(String name) {
    try (RecordFile file = RecordFile.open(directory, name, true)) {
      return file == null ? Outcome.REMOVED : removeIfDead(file);
    }
  }

  /**
   * Removes the record of a service if its publisher is dead.
   *
   * @param file the record, open for writing
   */
  public Outcome removeIfDead(RecordFile file) {
    if (!file.isRecord()) {
      return Outcome.FOREIGN;
    }
    if (file.isPublisherAlive()) {
      return Outcome.ALIVE;
    }
    // Among cleaners of this very file only the one with the lock goes on. Without it one could
    // find the name leading to this file, be overtaken by another one and by a new publisher, and
    // then remove the new publisher's record.
    if (!OfdLock.tryLock(file.descriptor(), RecordLayout.CLEANER_LOCK)) {
      return Outcome.BUSY;
    }
    String name = file.name();
    if (file.isInPlace(directory)) {
      removeServerOf(file);
      moveAndRemove(name);
    }
    return Outcome.REMOVED;
  }

  /**
   * Removes a record that nobody else removes. Moved first: watchers tell by it that the publisher
   * died, because one that withdraws removes its name at once.
   */
  public void moveAndRemove(String name) {
    String usual = HiddenNames.dead(name);
    // What stands there may be anybody's: it is neither replaced nor in the way.
    String dead =
        directory.statusOf(usual) == null
            ? usual
            : HiddenNames.dead(name, ThreadLocalRandom.current().nextLong());
    directory.rename(name, dead);
    directory.unlink(dead);
  }

  private void removeServerOf(RecordFile file) {
    try {
      String socket = file.read().socket();
      if (!socket.isEmpty()) {
        removeHiddenIfDead(socket);
      }
    } catch (RecordException flaw) {
      // What the record says cannot be trusted; a sweep finds the server of a dead process as well.
      return;
    }
  }

  /**
   * Removes a hidden name if what it belongs to is dead.
   *
   * @return true if something was removed; false also if it cannot be, which costs nobody anything
   */
  public boolean removeHiddenIfDead(String name) {
    if (!mayRemove || !HiddenNames.isHidden(name)) {
      return false;
    }
    try {
      if (!leftovers.contain(name)) {
        return false;
      }
      if (!HiddenNames.isServer(name) && !HiddenNames.isSocket(name)) {
        return directory.unlink(name);
      }
      // The lock file is older than the socket and goes after it: so a socket without a lock file
      // belongs to nobody. Their names are never used again.
      String server = HiddenNames.isServer(name) ? name : HiddenNames.serverOf(name);
      String socket = HiddenNames.socket(server);
      boolean removed = leftovers.contain(socket) && directory.unlink(socket);
      return leftovers.contain(server) && directory.unlink(server) || removed;
    } catch (SystemCallException failure) {
      requireNoShortage(failure);
      return false;
    }
  }

  private static void requireNoShortage(SystemCallException failure) {
    if (CallResult.isShortage(failure)) {
      throw failure;
    }
  }
}
