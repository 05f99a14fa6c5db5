package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/** Error numbers of Linux, the same on x86-64 and aarch64, with their names and texts. */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file or directory. */
  public static final int ENOENT = 2;

  /** No such process. */
  public static final int ESRCH = 3;

  /** Interrupted system call. */
  public static final int EINTR = 4;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** Bad file descriptor. */
  public static final int EBADF = 9;

  /** Try again; would block. */
  public static final int EAGAIN = 11;

  /** Out of memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** File exists. */
  public static final int EEXIST = 17;

  /** Invalid cross-device link. */
  public static final int EXDEV = 18;

  /** Not a directory. */
  public static final int ENOTDIR = 20;

  /** Is a directory. */
  public static final int EISDIR = 21;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** Too many open files in the system. */
  public static final int ENFILE = 23;

  /** Too many open files in the process. */
  public static final int EMFILE = 24;

  /** File too large. */
  public static final int EFBIG = 27;

  /** No space left. */
  public static final int ENOSPC = 28;

  /** Illegal seek. */
  public static final int ESPIPE = 29;

  /** Read-only file system. */
  public static final int EROFS = 30;

  /** Broken pipe. */
  public static final int EPIPE = 32;

  /** File name too long. */
  public static final int ENAMETOOLONG = 36;

  /** Function not implemented. */
  public static final int ENOSYS = 38;

  /** Too many levels of symbolic links. */
  public static final int ELOOP = 40;

  /** Message too long. */
  public static final int EMSGSIZE = 90;

  /** Operation not supported. */
  public static final int EOPNOTSUPP = 95;

  /** Address already in use. */
  public static final int EADDRINUSE = 98;

  /** Connection reset by peer. */
  public static final int ECONNRESET = 104;

  /** Connection refused. */
  public static final int ECONNREFUSED = 111;

  /** By the name under which every C library has the POSIX one, which fills the buffer. */
  private static final MethodHandle STRERROR =
      Native.bind("__xpg_strerror_r", Native.INT, Native.INT, Native.POINTER, Native.LONG);

  private static final MethodHandle STRERRORNAME = bindNames();

  /** For older C libraries: those of this class. */
  private static final Map<Integer, String> NAMES =
      STRERRORNAME == null ? namesOfConstants() : Map.of();

  private Errno() {}

  /**
   * The symbolic name of an error number.
   *
   * @param errno the error number, positive
   * @return its name, for example {@code ENOENT}, or {@code errno 5} if neither this class nor the
   *     C library knows it
   */
  public static String name(int errno) {
    if (STRERRORNAME != null) {
      try {
        MemorySegment text = (MemorySegment) STRERRORNAME.invokeExact(Native.state(), errno);
        if (!text.equals(MemorySegment.NULL)) {
          return text.reinterpret(64).getString(0);
        }
      } catch (Throwable thrown) {
        throw Native.impossible(thrown);
      }
    }
    return NAMES.getOrDefault(errno, "errno " + errno);
  }

  /**
   * What an error number means, in the C library's words.
   *
   * @param errno the error number, positive
   * @return its text, for example {@code No such file or directory}
   */
  public static String text(int errno) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(256);
      int known = (int) STRERROR.invokeExact(Native.state(), errno, text, text.byteSize());
      return known == 0 ? text.getString(0) : "Unknown error " + errno;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  static Map<Integer, String> namesOfConstants() {
    Map<Integer, String> names = new HashMap<>();
    for (Field constant : Errno.class.getFields()) {
      try {
        names.put(constant.getInt(null), constant.getName());
      } catch (IllegalAccessException impossible) {
        throw new ExceptionInInitializerError(impossible);
      }
    }
    return names;
  }

  /** Only glibc 2.32 and newer tells names. */
  private static MethodHandle bindNames() {
    try {
      return Native.bind("strerrorname_np", Native.POINTER, Native.INT);
    } catch (UnsupportedOperationException olderLibrary) {
      return null;
    }
  }
}
