package io.millrace.snapshot;

import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.Platform;
import io.millrace.os.SystemCallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The way to the snapshot at a path: its one writer and its many readers, in any processes and any
 * start order.
 *
 * <p>It holds nothing open. Any thread may use it.
 */
public final class Synchronizer {
  private final Path path;
  private final SnapshotConfig config;

  private Synchronizer(Path path, SnapshotConfig config) {
    Platform.check();
    this.path = path.toAbsolutePath().normalize();
    this.config = config;
  }

  /**
   * Names a snapshot. A file that exists is taken in the shape that it has; a new one gets {@link
   * SnapshotConfig#defaults()}.
   *
   * @param path where the file is or is going to be; a tmpfs (as /run or /dev/shm) serves best
   * @return the way to it; nothing was opened or made
   */
  public static Synchronizer open(Path path) {
    return new Synchronizer(path, null);
  }

  /**
   * Names a snapshot that must have a certain shape.
   *
   * @param path where the file is or is going to be
   * @param config its shape
   * @return the way to it; nothing was opened or made
   */
  public static Synchronizer open(Path path, SnapshotConfig config) {
    return new Synchronizer(path, config);
  }

  /**
   * Becomes the writer; makes the file if there is none.
   *
   * @return the writer, owned by the caller
   * @throws SnapshotException.SecondWriter if there is a writer that lives
   * @throws SnapshotException.OtherShape if the file exists with another shape than was asked for
   * @throws SnapshotException.NotASnapshot if the path leads to something else
   * @throws SnapshotException.OtherVersion if the layout is not this release's
   * @throws SnapshotException.Damaged if the file contradicts itself
   * @throws SnapshotException.NoSpace if the file system has no room for the header
   * @throws UncheckedIOException if the file cannot be opened or made for another reason
   */
  public SnapshotWriter writer() {
    try (Directory directory = directory()) {
      Path real = real(directory);
      while (true) {
        SnapshotFile file = SnapshotFile.open(directory, real, true);
        if (file == null) {
          SnapshotConfig shape = config == null ? SnapshotConfig.defaults() : config;
          file = SnapshotFile.create(directory, real, shape);
        }
        if (file != null) {
          SnapshotWriter writer = become(file, directory);
          if (writer != null) {
            return writer;
          }
        }
      }
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
          directory.unlink(path.getFileName().toString());
          file.close();
          return null;
        }
      }
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
   * @throws SnapshotException.Damaged if the file contradicts itself
   * @throws UncheckedIOException if the file cannot be opened for another reason
   */
  public SnapshotReader reader() {
    try (Directory directory = directory()) {
      return reader(existing(openForReading(directory)));
    }
  }

  /**
   * Opens a reader that copies, although it may be allowed to write: it takes no slot, holds no
   * buffer, and maps nothing writable.
   *
   * @return the reader, owned by the caller
   * @throws SnapshotException as {@link #reader()} does, for want of slots excepted
   */
  public SnapshotReader copyingReader() {
    try (Directory directory = directory()) {
      return reader(existing(SnapshotFile.open(directory, real(directory), false)));
    }
  }

  /**
   * Waits until there is a value, and opens a reader then. Nothing is polled.
   *
   * @param timeout how long to wait at most, for the file and for its first value together
   * @return the reader, owned by the caller
   * @throws SnapshotException.NothingWritten if the time is over
   * @throws SnapshotException as {@link #reader()} does
   */
  public SnapshotReader awaitReader(Duration timeout) {
    long deadline = Deadline.after(timeout);
    try (Directory directory = directory();
        ChangeWatch watch = ChangeWatch.of(directory)) {
      while (true) {
        watch.clear();
        SnapshotFile file = openForReading(directory);
        if (file != null) {
          return awaitFirst(reader(file), deadline);
        }
        if (!watch.sleep(deadline)) {
          throw new SnapshotException.NothingWritten(path);
        }
      }
    }
  }

  private static SnapshotReader awaitFirst(SnapshotReader reader, long deadline) {
    try {
      if (!reader.awaitNewer(0, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
        throw new SnapshotException.NothingWritten(reader.path());
      }
      return reader;
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
        SnapshotFile file = SnapshotFile.open(directory, real(directory), true)) {
      if (file == null) {
        return false;
      }
      try (HeaderView header = new HeaderView(file)) {
        lock(file, header);
        if (file.isReplaced()) {
          return false;
        }
        header.retire();
        Step.RETIRED.reached();
        boolean removed = directory.unlink(path.getFileName().toString());
        file.wakeWatchers();
        return removed;
      }
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
      return SnapshotFile.open(directory, real(directory), true);
    } catch (SystemCallException denied) {
      int errno = denied.errno();
      if (errno != Errno.EACCES && errno != Errno.EPERM && errno != Errno.EROFS) {
        throw denied;
      }
      return SnapshotFile.open(directory, real(directory), false);
    }
  }

  private SnapshotFile existing(SnapshotFile file) {
    if (file == null) {
      throw new SnapshotException.NothingWritten(path);
    }
    return file;
  }

  private Path real(Directory directory) {
    return directory.path().resolve(path.getFileName());
  }

  private void checkShape(SnapshotFile file) {
    if (config != null && !file.geometry().equals(Geometry.of(config))) {
      throw new SnapshotException.OtherShape(file.path(), file.geometry(), Geometry.of(config));
    }
  }

  private Directory directory() {
    Path parent = path.getParent();
    if (parent == null) {
      throw new SnapshotException.NotASnapshot(path);
    }
    try {
      return Directory.open(parent.toRealPath());
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException("there is no directory " + parent, missing);
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot open the directory " + parent, failure);
    }
  }
}
