package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Descriptors that stand for processes.
 *
 * <p>Such a descriptor names one process for ever, even when its number is used again, and is
 * readable once the process is dead and its locks are released.
 */
public final class PidFd {
  // Both numbers are the same on every architecture; glibc has had wrappers since 2.36 only.
  private static final long SYS_PIDFD_OPEN = 434;
  private static final long SYS_PIDFD_GETFD = 438;
  private static final MethodHandle SYSCALL =
      Native.bindVariadic("syscall", 1, LONG, LONG, INT, INT, INT);

  private static final int POLLFD_SIZE = 8;
  private static final short POLLIN = 1;
  private static final MethodHandle POLL = Native.bind("poll", INT, Native.POINTER, LONG, INT);

  private PidFd() {}

  /**
   * Opens a process of this process's pid namespace.
   *
   * @param pid its number
   * @return the descriptor, owned by the caller
   * @throws SystemCallException ESRCH if there is no such process
   */
  public static Descriptor open(int pid) {
    String what = "process " + pid;
    long number = syscall(SYS_PIDFD_OPEN, pid, 0, 0);
    return Descriptor.adopt((int) CallResult.check(number, "pidfd_open", what), what);
  }

  /**
   * Copies a descriptor out of another process.
   *
   * @param process a descriptor from {@link #open}
   * @param number the number of the wanted descriptor in that process
   * @param what what it is expected to be, for messages
   * @return the copy, owned by the caller
   * @throws SystemCallException EPERM if this process may not trace that one, EBADF if it has no
   *     such descriptor, ENOSYS before Linux 5.6
   */
  public static Descriptor copyDescriptor(Descriptor process, int number, String what) {
    long copy = syscall(SYS_PIDFD_GETFD, process.number(), number, 0);
    return Descriptor.adopt(
        (int)
            CallResult.check(
                copy, "pidfd_getfd", what + ", descriptor " + number + " of " + process),
        what);
  }

  /**
   * Tells whether a process is dead, without waiting.
   *
   * @param process a descriptor from {@link #open}
   * @return true once it is dead and its locks are released
   */
  static boolean isDead(Descriptor process) {
    MemorySegment state = Native.state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled = arena.allocate(POLLFD_SIZE, 4);
      polled.set(INT, 0, process.number());
      polled.set(Native.SHORT, 4, POLLIN);
      int ready;
      do {
        ready = Native.result((int) POLL.invokeExact(state, polled, 1L, 0), state);
      } while (ready == -Errno.EINTR);
      return CallResult.check(ready, "poll", process) > 0;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }

  private static long syscall(long call, int first, int second, int third) {
    MemorySegment state = Native.state();
    try {
      return Native.result((long) SYSCALL.invokeExact(state, call, first, second, third), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
