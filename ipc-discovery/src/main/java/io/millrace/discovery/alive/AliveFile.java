package io.millrace.discovery.alive;

import io.millrace.SystemCallException;
import io.millrace.discovery.Alive;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.LastRun;
import io.millrace.os.CallResult;
import io.millrace.os.Credentials;
import io.millrace.os.Deadline;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.FilePath;
import io.millrace.os.FileStatus;
import io.millrace.os.OfdLock;
import io.millrace.os.UseMark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The file behind {@link Alive}: byte 0 is locked while it is held. What stands in it is one {@link
 * AliveLine}.
 *
 * <p>A file with anything else in it is somebody's and is left alone. An empty one is what a holder
 * leaves that is killed between making it and writing to it: it is taken if it belongs to this
 * user, for there is nothing in it that could be lost.
 */
public final class AliveFile implements AutoCloseable {
  private static final long LOCK = 0;
  private static final int PERMISSIONS = 0600;

  private final FilePath path;

  /** Null while the path leads into none. */
  private Directory directory;

  /** A file whose lock was taken. */
  public record Held(Descriptor file, LastRun lastRun) {}

  private AliveFile(FilePath path, Directory directory) {
    this.path = path;
    this.directory = directory;
  }

  /**
   * Goes to where a file is or would be.
   *
   * @throws DiscoveryException if its directory cannot be opened
   */
  public static AliveFile of(Path path) {
    FilePath file = FilePath.of(path);
    try {
      return new AliveFile(file, file.openDirectory());
    } catch (SystemCallException failure) {
      throw explained(file, failure);
    }
  }

  /** Likewise; returns {@code null} if there is no such directory, so that there is no file. */
  public static AliveFile find(Path path) {
    FilePath file = FilePath.of(path);
    try {
      return new AliveFile(file, file.openDirectory());
    } catch (SystemCallException failure) {
      if (isAbsence(failure)) {
        return null;
      }
      throw explained(file, failure);
    }
  }

  private static boolean isAbsence(SystemCallException failure) {
    return failure.errno() == Errno.ENOENT || failure.errno() == Errno.ENOTDIR;
  }

  private static DiscoveryException explained(FilePath path, SystemCallException failure) {
    return new DiscoveryException(path.explain(failure), failure);
  }

  FilePath path() {
    return path;
  }

  Directory directory() {
    return directory;
  }

  /** Follows the path: a moment ago it may have led into another directory, or into none. */
  void refresh() {
    if (directory != null && path.isIn(directory)) {
      return;
    }
    close();
    directory = null;
    try {
      directory = path.openDirectory();
    } catch (SystemCallException failure) {
      if (!isAbsence(failure)) {
        throw explained(path, failure);
      }
    }
  }

  /** Opens the file, {@code null} if there is none. What it is not is refused in a sentence. */
  Descriptor open(boolean writable) {
    if (directory == null) {
      return null;
    }
    try {
      // Not opened to find out: opening a device can have effects.
      FileStatus status = directory.statusOf(path.name());
      if (status != null && !status.isRegularFile() && !status.isSymbolicLink()) {
        throw foreign();
      }
      return status == null ? null : directory.openFile(path.name(), writable);
    } catch (SystemCallException failure) {
      if (CallResult.isShortage(failure)) {
        throw failure;
      }
      throw explained(path, failure);
    }
  }

  private DiscoveryException foreign() {
    return new DiscoveryException(
        path + " is not a file of Alive; it is left alone: give another path, or remove it");
  }

  /**
   * Takes the lock, waits for it if need be.
   *
   * @return {@code null} when the time is over, or the thread interrupted
   */
  public Held hold(Duration timeout) {
    Held[] held = new Held[1];
    await(
        () -> {
          held[0] = tryHold();
          return held[0] != null;
        },
        timeout);
    return held[0];
  }

  private Held tryHold() {
    // Not opened for writing while it is held: closing it would wake those who wait, this one too.
    while (!isHeld()) {
      Descriptor file = openOrCreate();
      try {
        if (!OfdLock.tryLock(file, LOCK)) {
          file.close();
          return null;
        }
        FileStatus current = directory.statusOf(path.name());
        FileStatus opened = file.status();
        // Somebody may have removed the file, or its directory, before it was locked: then it means
        // nothing any more.
        if (current != null && current.isSameFile(opened) && path.isIn(directory)) {
          byte[] last = FileContent.readOnce(file, AliveLine.MAX_LENGTH);
          requireOwn(last, opened);
          UseMark.set(file);
          // Also wakes those who wait for a holder: taking a lock is no event, writing is.
          FileContent.write(file, AliveLine.afterwards(last));
          return new Held(file, AliveLine.lastRun(last));
        }
        file.close();
      } catch (RuntimeException | Error failure) {
        file.close();
        throw failure;
      }
      refresh();
    }
    return null;
  }

  private Descriptor openOrCreate() {
    while (true) {
      Descriptor file = open(true);
      if (file != null) {
        return file;
      }
      refresh();
      if (directory == null) {
        throw new DiscoveryException(
            "the directory of " + path + " is not there any more: create it again");
      }
      file = create();
      if (file != null) {
        return file;
      }
    }
  }

  /** Returns {@code null} if somebody else made it meanwhile. */
  private Descriptor create() {
    try {
      Descriptor file = directory.createFile(path.name(), PERMISSIONS);
      try {
        file.setPermissions(PERMISSIONS); // The umask may have taken what its owner needs.
        return file;
      } catch (RuntimeException | Error failure) {
        file.close();
        throw failure;
      }
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.EEXIST) {
        return null;
      }
      if (CallResult.isShortage(failure)) {
        throw failure;
      }
      throw explained(path, failure);
    }
  }

  /** Refuses a file that must not be written to. */
  private void requireOwn(byte[] content, FileStatus status) {
    requireLine(content);
    if (content.length == 0 && status.uid() != Credentials.uid()) {
      throw new DiscoveryException(
          path
              + " is an empty file of uid "
              + status.uid()
              + ", not of uid "
              + Credentials.uid()
              + " of this process: give another path, or remove it");
    }
  }

  private void requireLine(byte[] content) {
    if (content.length > 0 && !AliveLine.isOne(content)) {
      throw foreign();
    }
  }

  /** How the last run ended, {@code null} while somebody holds the file. */
  public LastRun lastRun() {
    try (Descriptor file = open(false)) {
      if (file == null) {
        return LastRun.NONE;
      }
      while (!OfdLock.isHeldByAnother(file, LOCK)) {
        byte[] content = FileContent.readOnce(file, AliveLine.MAX_LENGTH);
        // A run that began or ended in between may have left the mark of its beginning. If it is
        // there still, that run has ended: nobody held the file, and no later run has written.
        boolean settled = !OfdLock.isHeldByAnother(file, LOCK);
        if (settled && Arrays.equals(content, FileContent.readOnce(file, AliveLine.MAX_LENGTH))) {
          requireLine(content);
          return AliveLine.lastRun(content);
        }
      }
      return null;
    }
  }

  public static void markClean(Descriptor file) {
    FileContent.write(file, AliveLine.CLEAN_MARK);
  }

  /** Looks whether the file that has the name now is held. A lock on another file says nothing. */
  public boolean isHeld() {
    try (Descriptor file = open(false)) {
      if (file == null) {
        return false;
      }
      requireLine(FileContent.readOnce(file, AliveLine.MAX_LENGTH));
      return OfdLock.isHeldByAnother(file, LOCK);
    }
  }

  /**
   * Asks a condition now and after everything that happens to the file.
   *
   * @return false when the time is over, or the thread interrupted
   */
  public boolean await(BooleanSupplier condition, Duration timeout) {
    if (condition.getAsBoolean()) {
      return true;
    }
    long deadline = Deadline.after(timeout);
    if (Deadline.hasPassed(deadline) || Thread.currentThread().isInterrupted()) {
      return false;
    }
    try (AliveWatch watch = new AliveWatch(this)) {
      while (true) {
        // Asked after the watch is on: what came before is seen here, the rest is an event.
        watch.follow();
        if (condition.getAsBoolean()) {
          return true;
        }
        if (Deadline.hasPassed(deadline) || watch.isOver()) {
          return false;
        }
        watch.sleep(deadline);
      }
    }
  }

  @Override
  public void close() {
    if (directory != null) {
      directory.close();
    }
  }
}
