package io.millrace.discovery;

import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import io.millrace.os.SystemCallException;

/**
 * Removes what dead processes left in the registry's directory. Any number of processes may do it
 * at once, and be killed in the middle.
 */
final class Cleaner {
  private final Directory directory;
  private final boolean mayRemove;

  Cleaner(Directory directory) {
    this(directory, true);
  }

  private Cleaner(Directory directory, boolean mayRemove) {
    this.directory = directory;
    this.mayRemove = mayRemove;
  }

  /** For those who only look: leaves everything where it is. */
  static Cleaner thatLeavesAll(Directory directory) {
    return new Cleaner(directory, false);
  }

  /** What became of a name. */
  enum Outcome {
    /** It does not lead to that file any more. */
    REMOVED,
    /** Its publisher lives. */
    ALIVE,
    /** Another process is removing it at this moment. */
    BUSY,
    /** This user, or this cleaner, may not remove it. */
    FORBIDDEN
  }

  /** Removes the record of a service if its publisher is dead. */
  Outcome removeIfDead(String name) {
    if (!mayRemove) {
      return Outcome.FORBIDDEN;
    }
    try (RecordFile file = RecordFile.open(directory, name, false)) {
      // Looked at before it is opened for writing, because closing it then is an event for
      // watchers.
      if (file != null && file.isPublisherAlive()) {
        return Outcome.ALIVE;
      }
      if (file != null && OfdLock.isHeldByAnother(file.descriptor(), RecordLayout.CLEANER_LOCK)) {
        return Outcome.BUSY;
      }
    }
    try (RecordFile file = RecordFile.open(directory, name, true)) {
      return file == null ? Outcome.REMOVED : removeIfDead(file);
    } catch (RecordException flaw) {
      if (flaw.flaw() == RecordException.Flaw.NOT_READABLE) {
        return Outcome.FORBIDDEN;
      }
      throw flaw;
    } catch (SystemCallException failure) {
      if (isDenial(failure)) {
        return Outcome.FORBIDDEN;
      }
      throw failure;
    }
  }

  /**
   * Removes the record of a service if its publisher is dead.
   *
   * @param file the record, open for writing
   */
  Outcome removeIfDead(RecordFile file) {
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
    FileStatus current = directory.statusOf(name);
    if (current != null && current.isSameFile(file.descriptor().status())) {
      removeServerOf(file);
      // Moved first: watchers tell by it that the publisher died, because one that withdraws
      // removes its name at once.
      directory.rename(name, HiddenNames.dead(name));
      directory.unlink(HiddenNames.dead(name));
    }
    return Outcome.REMOVED;
  }

  private void removeServerOf(RecordFile file) {
    try {
      String socket = file.read().socket();
      if (!socket.isEmpty()) {
        removeServerIfDead(HiddenNames.serverOf(socket));
      }
    } catch (RecordException flaw) {
      // What the record says cannot be trusted; a sweep finds the server of a dead process as well.
      return;
    }
  }

  /** Removes the files of a server if its process is dead. Their names are never used again. */
  boolean removeServerIfDead(String server) {
    try (Descriptor lock = directory.openFile(server, false)) {
      if (lock != null && OfdLock.isHeldByAnother(lock, RecordLayout.PUBLISHER_LOCK)) {
        return false;
      }
    }
    // The lock file is older than the socket and goes after it: so a socket without a lock file
    // belongs to nobody.
    boolean removed = directory.unlink(HiddenNames.socket(server));
    return directory.unlink(server) || removed;
  }

  /** Removes a file that was made but never got its name, if whoever made it is dead. */
  boolean removeUnbornIfDead(String name) {
    try (Descriptor file = directory.openFile(name, false)) {
      return file != null
          && !OfdLock.isHeldByAnother(file, RecordLayout.PUBLISHER_LOCK)
          && directory.unlink(name);
    }
  }

  /**
   * Removes a hidden name if what it belongs to is dead.
   *
   * @return true if something was removed
   */
  boolean removeHiddenIfDead(String name) {
    if (!mayRemove) {
      return false;
    }
    try {
      if (HiddenNames.isDead(name)) {
        return directory.unlink(name);
      }
      if (HiddenNames.isSocket(name)) {
        return removeServerIfDead(HiddenNames.serverOf(name));
      }
      if (HiddenNames.isServer(name)) {
        return removeServerIfDead(name);
      }
      return HiddenNames.isUnborn(name) && removeUnbornIfDead(name);
    } catch (SystemCallException failure) {
      if (isDenial(failure)) {
        return false;
      }
      throw failure;
    }
  }

  private static boolean isDenial(SystemCallException failure) {
    int errno = failure.errno();
    return errno == Errno.EACCES || errno == Errno.EPERM || errno == Errno.EROFS;
  }
}
