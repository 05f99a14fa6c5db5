package io.millrace.os;

import static io.millrace.os.Native.INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Locks on whole directories, shared by many or exclusive (flock(2)). They belong to the open
 * directory and are released with it, also when the process is killed.
 *
 * <p>Any thread may call these methods.
 */
public final class DirectoryLock {
  private static final int SHARED = 1;
  private static final int EXCLUSIVE = 2;
  private static final int NOT_BLOCKING = 4;
  private static final MethodHandle FLOCK = Native.bind("flock", INT, INT, INT);

  private DirectoryLock() {}

  /**
   * Takes the lock together with others, waiting for one who has it alone.
   *
   * @param directory the open directory
   */
  public static void share(Directory directory) {
    int done;
    do {
      done = flock(directory, SHARED);
    } while (done == -Errno.EINTR);
    SystemCallException.check(done, "flock", directory);
  }

  /**
   * Takes the lock alone if nobody else has it, also if this directory shared it before.
   *
   * @param directory the open directory
   * @return false if somebody else has it; a share that was held may be lost then
   */
  public static boolean tryExclusive(Directory directory) {
    int done = flock(directory, EXCLUSIVE | NOT_BLOCKING);
    if (done == -Errno.EAGAIN) {
      return false;
    }
    SystemCallException.check(done, "flock", directory);
    return true;
  }

  private static int flock(Directory directory, int operation) {
    MemorySegment state = Native.state();
    try {
      return Native.result(
          (int) FLOCK.invokeExact(state, directory.descriptor().number(), operation), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
