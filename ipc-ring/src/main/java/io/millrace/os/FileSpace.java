package io.millrace.os;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The length of a file, the room that is reserved for it, and single bytes of it. */
public final class FileSpace {
  /** Shared by all: its content is never changed. */
  private static final MemorySegment ZERO = Arena.global().allocate(1);

  /** Less is nothing beside what the JVM takes for itself. */
  private static final long LARGE = 1 << 20;

  private static final long TMPFS_MAGIC = 0x01021994;
  private static final int STATFS_SIZE = 120;
  private static final MethodHandle FSTATFS =
      Native.bind("fstatfs", Native.INT, Native.INT, Native.POINTER);

  private FileSpace() {}

  /**
   * Sets the length of a file. What is added is a hole: it reads as zero and takes no room.
   *
   * @param file the file, open for writing
   * @param length its length from now on, in bytes
   */
  public static void setLength(Descriptor file, long length) {
    CallResult.check(
        Libc.ftruncate(file.number(), length), "ftruncate", length + " bytes of " + file);
  }

  /**
   * Reserves room for a part of a file, so that a later store to its mapping cannot fail for want
   * of it. What is there already stays.
   *
   * @param file the file, open for writing
   * @param offset where the part starts
   * @param length its length in bytes, at least 1
   * @throws SystemCallException ENOSPC if the file system is full, ENOMEM if it is in memory and
   *     there is not that much left, EOPNOTSUPP if it cannot reserve
   */
  public static void reserve(Descriptor file, long offset, long length) {
    String what = length + " bytes at " + offset + " of " + file;
    if (length >= LARGE && isInMemory(file)) {
      AvailableMemory.require("fallocate", what, length);
    }
    CallResult.check(Libc.fallocate(file.number(), 0, offset, length), "fallocate", what);
  }

  private static boolean isInMemory(Descriptor file) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(STATFS_SIZE, 8);
      int result = Native.result((int) FSTATFS.invokeExact(state, file.number(), status), state);
      CallResult.check(result, "fstatfs", file);
      return status.get(Native.LONG, 0) == TMPFS_MAGIC;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * Writes a zero byte by a system call: {@link Inotify} tells that to all who watch the file,
   * which a store to a mapping does not.
   *
   * @param file the file, open for writing
   * @param offset the byte
   */
  public static void touch(Descriptor file, long offset) {
    CallResult.check(Libc.pwrite(file.number(), ZERO, 1, offset), "pwrite", file.toString());
  }
}
