package io.millrace.recording;

import io.millrace.SystemCallException;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Directory;
import io.millrace.os.Errno;
import io.millrace.os.FileSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Room on the disk that is there before anything is written to it: a store to a mapped file whose
 * file system is full would be a fault of the memory.
 */
final class DiskRoom implements AutoCloseable {
  /** What is reserved ahead, where the disk has that much. */
  private static final long STEP = 16 << 20;

  private static final int PERMISSIONS = 0644;

  private final Directory directory;
  private final FileStore store;
  private final long leaveFree;
  private Descriptor file;
  private long reserved;
  private String obstacle = "";

  DiskRoom(Path path, long leaveFree) throws IOException {
    this.leaveFree = leaveFree;
    store = Files.getFileStore(path);
    directory = Directory.openBehind(path);
  }

  Directory directory() {
    return directory;
  }

  /** Why the last reservation failed. */
  String obstacle() {
    return obstacle;
  }

  /**
   * Goes on with another file, which is made if it does not exist, and has room up to an end.
   *
   * @return false if there is no room
   */
  boolean open(String name, long end) {
    Descriptor opened = directory.openFile(name, true);
    if (opened == null) {
      if (!hasFree(end)) {
        return false;
      }
      opened = directory.createFile(name, PERMISSIONS);
    }
    Closing.closeAll(file);
    file = opened;
    reserved = 0;
    return reserve(end);
  }

  /**
   * Makes room in the file.
   *
   * @param end up to where, in bytes from its start
   * @return false if the disk has not that much left, or not enough besides
   */
  boolean reserve(long end) {
    if (end <= reserved) {
      return true;
    }
    return tryReserve(Math.max(end, reserved + STEP)) || tryReserve(end);
  }

  private boolean tryReserve(long end) {
    if (!hasFree(end - reserved)) {
      return false;
    }
    try {
      FileSpace.reserve(file, reserved, end - reserved);
    } catch (SystemCallException failure) {
      if (failure.errno() != Errno.EOPNOTSUPP) {
        obstacle = failure.getMessage();
        return false;
      }
      // Such a file system is trusted with what it says is free.
    }
    reserved = end;
    return true;
  }

  /** Tells whether so much can be taken and enough stays free. */
  boolean hasFree(long bytes) {
    long free = free();
    if (free - bytes >= leaveFree) {
      return true;
    }
    obstacle =
        "the file system of "
            + directory.path()
            + " has "
            + free
            + " bytes free, of which "
            + leaveFree
            + " are to stay free: make room, or leave less free";
    return false;
  }

  private long free() {
    try {
      return store.getUsableSpace();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot ask how much room " + directory + " has", failure);
    }
  }

  @Override
  public void close() {
    Closing.closeAll(file, directory);
  }
}
