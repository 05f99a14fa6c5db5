package io.millrace.os;

import static io.millrace.os.Native.INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Locks on whole directories, shared by many or exclusive (flock(2)). They belong to the open
 * directory and are released with it, even when the process is killed.
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
   * Takes the lock together with others if nobody has it alone.
   *
   * @param directory the open directory
   * @return false if somebody has it alone
   */
  public static boolean tryShare(Directory directory) {
    return tryLock(directory, SHARED);
  }

  /**
   * Takes the lock alone if nobody else has it, even if this directory shared it before.
   *
   * @param directory the open directory
   * @return false if somebody else has it; a share that was held may be lost then
   */
  public static boolean tryExclusive(Directory directory) {
    return tryLock(directory, EXCLUSIVE);
  }

  private static boolean tryLock(Directory directory, int operation) {
    MemorySegment state = Native.state();
    int done;
    try {
      done =
          Native.result(
              (int)
                  FLOCK.invokeExact(
                      state, directory.descriptor().number(), operation | NOT_BLOCKING),
              state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
    if (done == -Errno.EAGAIN) {
      return false;
    }
    CallResult.check(done, "flock", directory);
    return true;
  }
}
