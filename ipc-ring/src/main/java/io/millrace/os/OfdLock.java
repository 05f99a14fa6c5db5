package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Open-file-description locks on single bytes: exclusive, released by the kernel when the last
 * descriptor of the description is closed, that is when its owner dies.
 *
 * <p>A lock belongs to the open file description, not to the process. A process that means "this
 * process lives" by a lock therefore takes it through a description that no other process has: see
 * {@link Descriptor#reopen()}. Any thread may call these methods.
 */
public final class OfdLock {
  private static final int F_OFD_GETLK = 36;
  private static final int F_OFD_SETLK = 37;
  private static final short F_WRLCK = 1;
  private static final short F_UNLCK = 2;

  /** One for each thread: a thread that is about to sleep probes locks, and allocates nothing. */
  private static final ThreadLocal<MemorySegment> FLOCK =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(32, 8));

  private OfdLock() {}

  /**
   * Takes the lock on one byte if it is free, without waiting.
   *
   * @param file a descriptor open for writing
   * @param offset the byte; it need not exist
   * @return true if this description holds the lock now (also if it held it before)
   */
  public static boolean tryLock(Descriptor file, long offset) {
    int done = call(file, F_OFD_SETLK, F_WRLCK, offset);
    if (done == -Errno.EAGAIN || done == -Errno.EACCES) {
      return false;
    }
    CallResult.check(done, "fcntl(F_OFD_SETLK)", file);
    return true;
  }

  /**
   * Gives the lock on one byte back.
   *
   * @param file the descriptor through which it was taken
   * @param offset the byte
   */
  public static void unlock(Descriptor file, long offset) {
    CallResult.check(call(file, F_OFD_SETLK, F_UNLCK, offset), "fcntl(F_OFD_SETLK)", file);
  }

  /**
   * Looks whether another open file description holds the lock; takes nothing, disturbs nobody.
   *
   * @param file a descriptor, reading is enough
   * @param offset the byte
   * @return true if another description holds it. A lock that this very description holds is not
   *     seen.
   */
  public static boolean isHeldByAnother(Descriptor file, long offset) {
    MemorySegment flock = flock(F_WRLCK, offset);
    CallResult.check(Libc.fcntl(file.number(), F_OFD_GETLK, flock), "fcntl(F_OFD_GETLK)", file);
    return flock.get(Native.SHORT, 0) != F_UNLCK;
  }

  private static int call(Descriptor file, int command, short type, long offset) {
    return Libc.fcntl(file.number(), command, flock(type, offset));
  }

  /** struct flock: type, whence (0 = from the start), start, length, pid (must be 0). */
  private static MemorySegment flock(short type, long offset) {
    MemorySegment flock = FLOCK.get();
    flock.fill((byte) 0);
    flock.set(Native.SHORT, 0, type);
    flock.set(Native.LONG, 8, offset);
    flock.set(Native.LONG, 16, 1);
    return flock;
  }
}
