package io.millrace.snapshot;

import io.millrace.MillraceException;
import io.millrace.SystemCallException;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileContent;
import io.millrace.os.FileSpace;
import io.millrace.os.FileStatus;
import io.millrace.os.NewFile;
import io.millrace.os.OfdLock;
import io.millrace.os.UseMark;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A snapshot file, opened through a description of its own and found to be sound. Locks taken
 * through it say that this handle lives.
 */
final class SnapshotFile implements AutoCloseable {
  private static final NewFile.Kind KIND =
      new NewFile.Kind(
          SnapshotLayout.WRITER_OFFSET,
          false,
          UnbornFiles::newName,
          reason -> new MillraceException("snapshot directory " + reason));

  private final Path path;
  private final Descriptor descriptor;
  private final Geometry geometry;
  private final FileStatus status;
  private final boolean writable;

  private SnapshotFile(
      Path path, Descriptor descriptor, Geometry geometry, FileStatus status, boolean writable) {
    this.path = path;
    this.descriptor = descriptor;
    this.geometry = geometry;
    this.status = status;
    this.writable = writable;
  }

  /** Opens what is there, or returns {@code null} if nothing is. */
  static SnapshotFile open(Directory directory, Path path, boolean writable) {
    String name = path.getFileName().toString();
    // Not opened to find out: opening a device can have effects.
    FileStatus status = directory.statusOf(name);
    if (status != null && !status.isRegularFile() && !status.isSymbolicLink()) {
      throw new SnapshotException.NotASnapshot(path);
    }
    Descriptor file = directory.openFile(name, writable);
    return file == null ? null : check(file, path, writable);
  }

  /**
   * Makes a file whole, locks it for this writer and only then gives it its name, so that nobody
   * ever sees half a file or one without a writer. Returns {@code null} if the name is taken.
   */
  static SnapshotFile create(Directory directory, Path path, SnapshotOptions options) {
    Geometry geometry = Geometry.of(options);
    try (NewFile file = new NewFile(directory, options.permissions(), KIND)) {
      file.write(descriptor -> fill(descriptor, geometry, path));
      Step.FILE_FILLED.reached();
      boolean named = file.link(path.getFileName().toString());
      Step.FILE_NAMED.reached();
      if (!named) {
        return null;
      }
      boolean mayFindUnborn = file.hadHiddenName();
      SnapshotFile made = check(file.take(), path, true);
      if (mayFindUnborn) {
        UnbornFiles.removeDead(directory, made.status);
      }
      return made;
    }
  }

  private static void fill(Descriptor file, Geometry geometry, Path path) {
    try {
      // The mark first: by it a file without a name of its own is known if its writer is killed.
      FileContent.write(file, geometry.encode());
      FileSpace.setLength(file, geometry.fileLength());
      FileSpace.reserve(file, 0, geometry.headerLength());
    } catch (SystemCallException failure) {
      throw noSpace(failure, path, geometry.headerLength());
    }
  }

  private static SnapshotFile check(Descriptor file, Path path, boolean writable) {
    try {
      FileStatus status = file.status();
      if (!status.isRegularFile()) {
        throw new SnapshotException.NotASnapshot(path);
      }
      byte[] start = FileContent.read(file, SnapshotLayout.GEOMETRY_LENGTH);
      Geometry geometry = Geometry.decode(start, status.size(), path);
      UseMark.set(file);
      return new SnapshotFile(path, file, geometry, status, writable);
    } catch (RuntimeException | Error failure) {
      file.close();
      throw failure;
    }
  }

  /**
   * Reserves room for the start of a buffer, so that no store to it can run out of room.
   *
   * @throws SnapshotException.NoSpace if the file system is full
   */
  void reserve(int buffer, long length) {
    try {
      FileSpace.reserve(descriptor, geometry.bufferOffset(buffer), length);
    } catch (SystemCallException failure) {
      throw noSpace(failure, path, length);
    }
  }

  private static RuntimeException noSpace(SystemCallException failure, Path path, long length) {
    boolean full = failure.errno() == Errno.ENOSPC || failure.errno() == Errno.ENOMEM;
    return full ? new SnapshotException.NoSpace(path, length, failure) : failure;
  }

  /**
   * For the writer: removes what others left in the directory that were killed while they made
   * their files, if this is one of those.
   */
  void removeHiddenName(Directory directory) {
    if (status.links() > 1) {
      UnbornFiles.removeDead(directory, status);
    }
  }

  boolean tryLock(int offset) {
    return OfdLock.tryLock(descriptor, offset);
  }

  boolean isLockedByAnother(int offset) {
    return OfdLock.isHeldByAnother(descriptor, offset);
  }

  /**
   * Tells whether its remover has begun, and was killed before the end if the name is still there.
   */
  boolean isRetired() {
    byte[] start = FileContent.read(descriptor, SnapshotLayout.CURRENT_OFFSET + Long.BYTES);
    return ByteBuffer.wrap(start)
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong(SnapshotLayout.CURRENT_OFFSET)
        == SnapshotLayout.RETIRED;
  }

  /** Wakes all who sleep over this file. */
  void wakeWatchers() {
    FileSpace.touch(descriptor, SnapshotLayout.WAKE_BYTE_OFFSET);
  }

  /** Tells whether the path leads to this file no more. */
  boolean isReplaced() {
    FileStatus now = FileStatus.ofPath(path.toString());
    return now == null || !now.isSameFile(status);
  }

  Path path() {
    return path;
  }

  Descriptor descriptor() {
    return descriptor;
  }

  Geometry geometry() {
    return geometry;
  }

  boolean isWritable() {
    return writable;
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
