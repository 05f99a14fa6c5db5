package io.millrace.snapshot;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import io.millrace.os.CallResult;
import io.millrace.os.Deadline;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FilePath;
import io.millrace.os.Platform;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Opens the snapshot at a path: its one writer and its many readers, in any processes and any start
 * order. A path means the same however it is spelled: with dots, or through links to directories. A
 * link in the place of the file itself is refused.
 *
 * <p>It holds nothing open. Any thread may use it.
 */
public final class Synchronizer {
  private final Path path;
  private final FilePath file;
  private final SnapshotOptions options;

  private Synchronizer(Path path, SnapshotOptions options) {
    Platform.check();
    this.file = FilePath.of(path);
    this.path = file.path();
    this.options = options;
  }

  /**
   * Names a snapshot. A file that exists is taken in the shape that it has; a new one gets {@link
   * SnapshotOptions#defaults()}.
   *
   * @param path where the file is or is going to be; a tmpfs (as /run or /dev/shm) serves best
   * @return the way to it; nothing was opened or made
   * @throws IllegalArgumentException if the path names no file, as "/" does
   */
  public static Synchronizer open(Path path) {
    return new Synchronizer(path, null);
  }

  /**
   * Names a snapshot that must have a certain shape.
   *
   * @param path where the file is or is going to be
   * @param options its shape
   * @return the way to it; nothing was opened or made
   * @throws IllegalArgumentException if the path names no file, as "/" does
   */
  public static Synchronizer open(Path path, SnapshotOptions options) {
    return new Synchronizer(path, options);
  }

  /**
   * Becomes the writer; makes the file if there is none.
   *
   * @return the writer, owned by the caller
   * @throws SnapshotException.SecondWriter if there is a writer that lives
   * @throws SnapshotException.OtherShape if the file exists with another shape than was asked for
   * @throws SnapshotException.NotASnapshot if the path leads to something else
   * @throws SnapshotException.OtherVersion if the layout is not this release's
   * @throws DamagedSnapshotException if the file contradicts itself
   * @throws SnapshotException.NoSpace if the file system has no room for the header
   * @throws MillraceException if the file cannot be opened or made for another reason
   */
  public SnapshotWriter writer() {
    try {
      SnapshotWriter writer = null;
      while (writer == null) {
        writer = tryToWrite();
      }
      return writer;
    } catch (SystemCallException failure) {
      throw explained(failure);
    }
  }

  /** Returns {@code null} if the file or its directory went away meanwhile: look again. */
  private SnapshotWriter tryToWrite() {
    try (Directory directory = directory()) {
      SnapshotFile opened = SnapshotFile.open(directory, path, true);
      if (opened == null) {
        SnapshotOptions shape = options == null ? SnapshotOptions.defaults() : options;
        opened = SnapshotFile.create(directory, path, shape);
      }
      return opened == null ? null : become(opened, directory);
    }
  }

  /** Returns {@code null} if the file went away before it was locked: look again. */
  private SnapshotWriter become(SnapshotFile file, Directory directory) {
    try {
      checkShape(file);
      try (HeaderView header = new HeaderView(file)) {
        lock(file, header);
        Step.WRITER_LOCKED.reached();
        if (file.isReplaced()) {
          file.close();
          return null;
        }
        if (header.isRetired()) {
          // Its remover was killed half way.
          directory.unlink(this.file.name());
          file.close();
          return null;
        }
      }
      file.removeHiddenName(directory);
      return new SnapshotWriter(file);
    } catch (RuntimeException | Error failure) {
      file.close();
      throw failure;
    }
  }

  private static void lock(SnapshotFile file, HeaderView header) {
    if (!file.tryLock(SnapshotLayout.WRITER_OFFSET)) {
      throw new SnapshotException.SecondWriter(file.path(), header.writerPid());
    }
  }

  /**
   * Opens a reader. It reads in place if this process may write to the file, else it copies.
   *
   * @return the reader, owned by the caller
   * @throws SnapshotException.NothingWritten if there is no file yet; none is made
   * @throws SnapshotException.TooManyReaders if all slots are taken
   * @throws SnapshotException.OtherShape if the file has another shape than was asked for
   * @throws SnapshotException.NotASnapshot if the path leads to something else
   * @throws SnapshotException.OtherVersion if the layout is not this release's
   * @throws DamagedSnapshotException if the file contradicts itself
   * @throws MillraceException if the file cannot be opened for another reason
   */
  public SnapshotReader reader() {
    try (Directory directory = directory()) {
      return reader(existing(openForReading(directory)));
    } catch (SystemCallException failure) {
      throw explained(failure);
    }
  }

  /**
   * Opens a reader that copies, although it may be allowed to write: it takes no slot, holds no
   * buffer, and maps nothing writable.
   *
   * @return the reader, owned by the caller
   * @throws SnapshotException as {@link #reader()} does, except for want of slots
   */
  public SnapshotReader copyingReader() {
    try (Directory directory = directory()) {
      return reader(existing(SnapshotFile.open(directory, path, false)));
    } catch (SystemCallException failure) {
      throw explained(failure);
    }
  }

  /**
   * Waits until there is a value, and opens a reader then. Nothing is polled, except once a second
   * where the path leads: it is followed into a directory that is made anew meanwhile. An interrupt
   * ends the wait, as if the time were over, and stays set.
   *
   * @param timeout how long to wait at most, for the file and for its first value together; zero or
   *     less only looks, {@code ChronoUnit.FOREVER} waits for ever
   * @return the reader, owned by the caller
   * @throws SnapshotException.NothingWritten if the time is over or the thread is interrupted
   * @throws SnapshotException as {@link #reader()} does
   * @throws DamagedSnapshotException if the file contradicts itself, or is no snapshot that can be
   *     used
   */
  public SnapshotReader awaitReader(Duration timeout) {
    long deadline = Deadline.after(timeout);
    try {
      while (true) {
        SnapshotFile found = awaitFile(deadline);
        SnapshotReader reader = found == null ? null : awaitFirst(reader(found), deadline);
        if (reader != null) {
          return reader;
        }
      }
    } catch (SystemCallException failure) {
      throw explained(failure);
    }
  }

  /** Returns {@code null} if the path has come to lead into another directory. */
  private SnapshotFile awaitFile(long deadline) {
    try (Directory directory = directory();
        ChangeWatch watch = ChangeWatch.of(directory)) {
      while (true) {
        watch.clear();
        // Looked at without write permission first: closing a file that may be written is an event.
        SnapshotFile found = isThere(directory) ? openForReading(directory) : null;
        if (found != null) {
          return found;
        }
        if (!watch.sleepUntilNamed(file.name(), deadline)) {
          throw new SnapshotException.NothingWritten(path);
        }
        if (!file.isIn(directory) && file.hasDirectory()) {
          return null;
        }
      }
    }
  }

  private boolean isThere(Directory directory) {
    try (SnapshotFile found = SnapshotFile.open(directory, path, false)) {
      return found != null && !found.isRetired();
    }
  }

  /** Returns {@code null} if the file was removed, perhaps half way: another one may come. */
  private static SnapshotReader awaitFirst(SnapshotReader reader, long deadline) {
    try {
      if (!reader.awaitNewer(0, deadline)) {
        throw new SnapshotException.NothingWritten(reader.path());
      }
      return reader;
    } catch (SnapshotException.Replaced removed) {
      reader.close();
      return null;
    } catch (RuntimeException | Error failure) {
      reader.close();
      throw failure;
    }
  }

  /**
   * Removes the file. Readers that have it open are told at their next read.
   *
   * @return false if there was none
   * @throws SnapshotException.SecondWriter if it has a writer that lives
   * @throws SnapshotException.NotASnapshot if the path leads to something else
   */
  public boolean remove() {
    try (Directory directory = directory();
        SnapshotFile opened = SnapshotFile.open(directory, path, true)) {
      if (opened == null) {
        return false;
      }
      try (HeaderView header = new HeaderView(opened)) {
        lock(opened, header);
        if (opened.isReplaced()) {
          return false;
        }
        header.retire();
        Step.RETIRED.reached();
        boolean removed = directory.unlink(file.name());
        opened.wakeWatchers();
        return removed;
      }
    } catch (SystemCallException failure) {
      throw explained(failure);
    }
  }

  private SnapshotReader reader(SnapshotFile file) {
    try {
      checkShape(file);
      return new SnapshotReader(file);
    } catch (RuntimeException | Error failure) {
      file.close();
      throw failure;
    }
  }

  /** Writable if that is allowed. Returns {@code null} if there is no file. */
  private SnapshotFile openForReading(Directory directory) {
    try {
      return SnapshotFile.open(directory, path, true);
    } catch (SystemCallException failure) {
      if (!CallResult.isDenied(failure) && failure.errno() != Errno.EROFS) {
        throw failure;
      }
      return SnapshotFile.open(directory, path, false);
    }
  }

  private SnapshotFile existing(SnapshotFile file) {
    if (file == null) {
      throw new SnapshotException.NothingWritten(path);
    }
    return file;
  }

  private void checkShape(SnapshotFile file) {
    if (options != null && !file.geometry().equals(Geometry.of(options))) {
      throw new SnapshotException.OtherShape(file.path(), file.geometry(), Geometry.of(options));
    }
  }

  private Directory directory() {
    try {
      return file.openDirectory();
    } catch (SystemCallException failure) {
      throw explained(failure);
    }
  }

  /** What the caller can do about it, where that depends on the path. */
  private RuntimeException explained(SystemCallException failure) {
    if (CallResult.isShortage(failure)) {
      return failure;
    }
    String words = file.explain(failure);
    return words.equals(failure.getMessage()) ? failure : new MillraceException(words, failure);
  }
}
