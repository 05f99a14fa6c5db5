package io.millrace.os;

import io.millrace.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** Tells who this process is. */
public final class Credentials {
  private static final MethodHandle GETPID = Native.bind("getpid", Native.INT);
  private static final MethodHandle GETEUID = Native.bind("geteuid", Native.INT);
  private static final MethodHandle GETEGID = Native.bind("getegid", Native.INT);
  private static final int STAT_LIMIT = 4096;

  /** Numbers of fields in /proc/PID/stat, as proc(5) counts them. */
  private static final int COMMAND = 2;

  private static final int START_TIME = 22;

  private Credentials() {}

  /**
   * The number of this process in its own pid namespace.
   *
   * @return the pid
   */
  public static int pid() {
    MemorySegment state = Native.state();
    try {
      return (int) GETPID.invokeExact(state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * The user that file accesses are checked against.
   *
   * @return the effective uid
   */
  public static int uid() {
    MemorySegment state = Native.state();
    try {
      return (int) GETEUID.invokeExact(state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * The group that file accesses are checked against.
   *
   * @return the effective gid
   */
  public static int gid() {
    MemorySegment state = Native.state();
    try {
      return (int) GETEGID.invokeExact(state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  /**
   * The pid namespace of this process. Pids mean the same process only inside one namespace.
   *
   * @return the inode number of the namespace
   */
  public static long pidNamespace() {
    return PidNamespace.INODE;
  }

  /** A process never changes its own, only that of its children; looked up once. */
  private static final class PidNamespace {
    private static final long INODE =
        FileStatus.read(Libc.AT_FDCWD, "/proc/self/ns/pid", 0, "/proc/self/ns/pid").inode();
  }

  /**
   * When a process started, in clock ticks since boot: with the pid it names a process for good.
   *
   * @param pid the process
   * @return its start time, 0 if there is no such process
   */
  public static long startTime(int pid) {
    String path = "/proc/" + pid + "/stat";
    int number = Libc.openat(Libc.AT_FDCWD, path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
    if (number == -Errno.ENOENT || number == -Errno.ESRCH) {
      return 0;
    }
    try (Descriptor file = Descriptor.adopt(CallResult.check(number, "open", path), path)) {
      return startTime(FileContent.read(file, STAT_LIMIT));
    } catch (SystemCallException failure) {
      if (failure.errno() == Errno.ESRCH) { // It died between the open and the read.
        return 0;
      }
      throw failure;
    }
  }

  private static long startTime(byte[] content) {
    // Not UTF-8: a process may give itself any bytes as its name.
    String stat = new String(content, StandardCharsets.ISO_8859_1);
    // The name, in parentheses, may itself hold blanks and parentheses: count from its end.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).split(" ");
    return Long.parseLong(fields[START_TIME - COMMAND]);
  }
}
