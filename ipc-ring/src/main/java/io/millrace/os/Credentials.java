package io.millrace.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who this process is. */
public final class Credentials {
  private static final MethodHandle GETEUID = Native.bind("geteuid", Native.INT);
  private static final MethodHandle GETEGID = Native.bind("getegid", Native.INT);
  private static final int PID = (int) ProcessHandle.current().pid();

  private Credentials() {}

  /**
   * The number of this process in its own pid namespace.
   *
   * @return the pid
   */
  public static int pid() {
    return PID;
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
    return FileStatus.read(Libc.AT_FDCWD, "/proc/self/ns/pid", 0, "/proc/self/ns/pid").inode();
  }

  /**
   * When a process started, in clock ticks since boot: with the pid it names a process for good.
   *
   * @param pid the process
   * @return its start time, 0 if there is no such process
   */
  public static long startTime(int pid) {
    String stat;
    try {
      stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    } catch (java.nio.file.NoSuchFileException gone) {
      return 0;
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read /proc/" + pid + "/stat", failure);
    }
    // The command, in parentheses, may itself hold spaces and parentheses: count from its end.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[19]);
  }
}
