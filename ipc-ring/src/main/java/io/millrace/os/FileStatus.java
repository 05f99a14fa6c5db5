package io.millrace.os;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What the kernel says of a file.
 *
 * @param device the device it is on, major number in the upper half
 * @param inode its inode number
 * @param mode type and permission bits
 * @param links how many names it has
 * @param uid its owner
 * @param gid its group
 * @param size its length in bytes
 */
public record FileStatus(
    long device, long inode, int mode, int links, int uid, int gid, long size) {
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int TYPE_MASK = 0xf000;
  private static final int TYPE_DIRECTORY = 0x4000;
  private static final int TYPE_REGULAR = 0x8000;
  private static final int TYPE_SYMLINK = 0xa000;
  private static final int TYPE_SOCKET = 0xc000;

  static FileStatus of(int descriptor, String what) {
    return read(descriptor, "", Libc.AT_EMPTY_PATH, what);
  }

  /**
   * Looks at a path without following a symbolic link at its end.
   *
   * @param path the path
   * @return its status, or {@code null} when nothing is there
   */
  public static FileStatus ofPath(String path) {
    try {
      return read(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, path);
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ENOENT || failure.errno() == Errno.ENOTDIR) {
        return null;
      }
      throw failure;
    }
  }

  /**
   * Looks at what a path leads to, through a symbolic link at its end as well.
   *
   * @param path the path
   * @return its status, or {@code null} when nothing is there
   */
  public static FileStatus behind(Path path) {
    try {
      return read(Libc.AT_FDCWD, PathText.of(path), 0, path.toString());
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ENOENT || failure.errno() == Errno.ENOTDIR) {
        return null;
      }
      throw failure;
    }
  }

  static FileStatus read(int directory, String path, int flags, String what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statx = arena.allocate(256, 8);
      CallResult.check(Libc.statx(directory, path, flags, STATX_BASIC_STATS, statx), "statx", what);
      long major = statx.get(Native.INT, 136) & 0xffffffffL;
      long minor = statx.get(Native.INT, 140) & 0xffffffffL;
      return new FileStatus(
          major << 32 | minor,
          statx.get(Native.LONG, 32),
          statx.get(Native.SHORT, 28) & 0xffff,
          statx.get(Native.INT, 16),
          statx.get(Native.INT, 20),
          statx.get(Native.INT, 24),
          statx.get(Native.LONG, 40));
    }
  }

  /**
   * Tells whether both are the same file.
   *
   * @param other another status
   * @return true if device and inode agree
   */
  public boolean isSameFile(FileStatus other) {
    return device == other.device && inode == other.inode;
  }

  /**
   * Tells directories.
   *
   * @return true for a directory
   */
  public boolean isDirectory() {
    return (mode & TYPE_MASK) == TYPE_DIRECTORY;
  }

  /**
   * Tells regular files; a memfd is one.
   *
   * @return true for a regular file
   */
  public boolean isRegularFile() {
    return (mode & TYPE_MASK) == TYPE_REGULAR;
  }

  /**
   * Tells symbolic links.
   *
   * @return true for a symbolic link
   */
  public boolean isSymbolicLink() {
    return (mode & TYPE_MASK) == TYPE_SYMLINK;
  }

  /**
   * Tells sockets that have a name.
   *
   * @return true for a Unix domain socket
   */
  public boolean isSocket() {
    return (mode & TYPE_MASK) == TYPE_SOCKET;
  }

  /**
   * The permission bits.
   *
   * @return for example 0700 (octal)
   */
  public int permissions() {
    return mode & 0xfff;
  }
}
