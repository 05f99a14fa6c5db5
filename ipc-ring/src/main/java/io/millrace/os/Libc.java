package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;
import static io.millrace.os.Native.POINTER;
import static io.millrace.os.Native.impossible;
import static io.millrace.os.Native.result;
import static io.millrace.os.Native.state;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Files and descriptors of the C library, as the kernel answers: minus the error number on failure.
 *
 * <p>A signal that interrupts a call that can be made again is hidden here.
 */
final class Libc {
  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_SYMLINK_FOLLOW = 0x400;
  static final int AT_EMPTY_PATH = 0x1000;

  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_DIRECTORY = Native.AARCH64 ? 0x4000 : 0x10000;
  static final int O_NOFOLLOW = Native.AARCH64 ? 0x8000 : 0x20000;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;
  static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

  static final int F_GETFL = 3;
  static final int F_SETFL = 4;
  static final int F_DUPFD_CLOEXEC = 1030;
  static final int F_ADD_SEALS = 1033;
  static final int F_GET_SEALS = 1034;

  private static final MethodHandle OPENAT =
      Native.bindVariadic("openat", 3, INT, INT, POINTER, INT, INT);
  private static final MethodHandle CLOSE = Native.bind("close", INT, INT);
  private static final MethodHandle READ = Native.bind("read", LONG, INT, POINTER, LONG);
  private static final MethodHandle WRITE = Native.bind("write", LONG, INT, POINTER, LONG);
  private static final MethodHandle PREAD = Native.bind("pread", LONG, INT, POINTER, LONG, LONG);
  private static final MethodHandle PWRITE = Native.bind("pwrite", LONG, INT, POINTER, LONG, LONG);
  private static final MethodHandle FCHMOD = Native.bind("fchmod", INT, INT, INT);
  private static final MethodHandle FTRUNCATE = Native.bind("ftruncate", INT, INT, LONG);
  private static final MethodHandle FALLOCATE = Native.bind("fallocate", INT, INT, INT, LONG, LONG);
  private static final MethodHandle FCNTL_INT = Native.bindVariadic("fcntl", 2, INT, INT, INT, INT);
  private static final MethodHandle FCNTL_POINTER =
      Native.bindVariadic("fcntl", 2, INT, INT, INT, POINTER);
  private static final MethodHandle STATX =
      Native.bind("statx", INT, INT, POINTER, INT, INT, POINTER);

  private Libc() {}

  static int openat(int directory, String path, int flags, int mode) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path);
      int opened;
      do {
        opened = result((int) OPENAT.invokeExact(state, directory, text, flags, mode), state);
      } while (opened == -Errno.EINTR);
      return opened;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /** Never made again after EINTR: Linux has released the descriptor by then. */
  static int close(int descriptor) {
    MemorySegment state = state();
    try {
      return result((int) CLOSE.invokeExact(state, descriptor), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static long read(int descriptor, MemorySegment buffer, long length) {
    MemorySegment state = state();
    try {
      long count;
      do {
        count = result((long) READ.invokeExact(state, descriptor, buffer, length), state);
      } while (count == -Errno.EINTR);
      return count;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static long write(int descriptor, MemorySegment buffer, long length) {
    MemorySegment state = state();
    try {
      long count;
      do {
        count = result((long) WRITE.invokeExact(state, descriptor, buffer, length), state);
      } while (count == -Errno.EINTR);
      return count;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static long pread(int descriptor, MemorySegment buffer, long length, long offset) {
    MemorySegment state = state();
    try {
      long count;
      do {
        count = result((long) PREAD.invokeExact(state, descriptor, buffer, length, offset), state);
      } while (count == -Errno.EINTR);
      return count;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static long pwrite(int descriptor, MemorySegment buffer, long length, long offset) {
    MemorySegment state = state();
    try {
      long count;
      do {
        count = result((long) PWRITE.invokeExact(state, descriptor, buffer, length, offset), state);
      } while (count == -Errno.EINTR);
      return count;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int fchmod(int descriptor, int mode) {
    MemorySegment state = state();
    try {
      return result((int) FCHMOD.invokeExact(state, descriptor, mode), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int ftruncate(int descriptor, long size) {
    MemorySegment state = state();
    try {
      int done;
      do {
        done = result((int) FTRUNCATE.invokeExact(state, descriptor, size), state);
      } while (done == -Errno.EINTR);
      return done;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int fallocate(int descriptor, int mode, long offset, long length) {
    MemorySegment state = state();
    try {
      int done;
      do {
        done = result((int) FALLOCATE.invokeExact(state, descriptor, mode, offset, length), state);
      } while (done == -Errno.EINTR);
      return done;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int fcntl(int descriptor, int command, int argument) {
    MemorySegment state = state();
    try {
      return result((int) FCNTL_INT.invokeExact(state, descriptor, command, argument), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int fcntl(int descriptor, int command, MemorySegment argument) {
    MemorySegment state = state();
    try {
      int done;
      do {
        done = result((int) FCNTL_POINTER.invokeExact(state, descriptor, command, argument), state);
      } while (done == -Errno.EINTR);
      return done;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int statx(int directory, String path, int flags, int mask, MemorySegment buffer) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path);
      return result((int) STATX.invokeExact(state, directory, text, flags, mask, buffer), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }
}
