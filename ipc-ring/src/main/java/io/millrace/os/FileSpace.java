package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The length of a file, the room that is reserved for it, and single bytes of it. */
public final class FileSpace {
  /** Shared by all: its content is never changed. */
  private static final MemorySegment ZERO = Arena.global().allocate(1);

  private FileSpace() {}

  /**
   * Sets the length of a file. What is added is a hole: it reads as zero and takes no room.
   *
   * @param file the file, open for writing
   * @param length its length from now on, in bytes
   */
  public static void setLength(Descriptor file, long length) {
    SystemCallException.check(
        Libc.ftruncate(file.number(), length), "ftruncate", length + " bytes of " + file);
  }

  /**
   * Reserves room for a part of a file, so that a later store to its mapping cannot fail for want
   * of it. What is there already stays.
   *
   * @param file the file, open for writing
   * @param offset where the part starts
   * @param length its length in bytes, at least 1
   * @throws SystemCallException ENOSPC if the file system is full, EOPNOTSUPP if it cannot reserve
   */
  public static void reserve(Descriptor file, long offset, long length) {
    SystemCallException.check(
        Libc.fallocate(file.number(), 0, offset, length),
        "fallocate",
        length + " bytes at " + offset + " of " + file);
  }

  /**
   * Writes a zero byte by a system call: {@link Inotify} tells that to all who watch the file,
   * which a store to a mapping does not.
   *
   * @param file the file, open for writing
   * @param offset the byte
   */
  public static void touch(Descriptor file, long offset) {
    SystemCallException.check(
        Libc.pwrite(file.number(), ZERO, 1, offset), "pwrite", file.toString());
  }
}
