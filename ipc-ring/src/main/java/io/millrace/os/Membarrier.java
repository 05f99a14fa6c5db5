package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A memory barrier that one process makes all processes run through.
 *
 * <p>It moves the cost of a store-load barrier from the many who store to the one who is about to
 * sleep: after {@link #synchronize()} either the caller sees what a registered process stored
 * before, or that process sees what the caller stored before. See membarrier(2).
 */
public final class Membarrier {
  private static final long SYS_MEMBARRIER = Native.AARCH64 ? 283 : 324;
  private static final int GLOBAL_EXPEDITED = 1 << 1;
  private static final int REGISTER_GLOBAL_EXPEDITED = 1 << 2;
  private static final MethodHandle SYSCALL =
      Native.bindVariadic("syscall", 1, LONG, LONG, INT, INT, INT);

  /** Registration is per process and for ever. */
  private static final boolean REGISTERED = call(REGISTER_GLOBAL_EXPEDITED) >= 0;

  private Membarrier() {}

  /**
   * Tells whether this process takes part in the barriers of others, and may make them.
   *
   * @return false if the kernel or a filter refuses; full fences are needed then
   */
  public static boolean isRegistered() {
    return REGISTERED;
  }

  /**
   * Makes every running thread of every registered process go through a full barrier.
   *
   * @throws SystemCallException if the kernel or a filter refuses
   */
  public static void synchronize() {
    SystemCallException.check(call(GLOBAL_EXPEDITED), "membarrier", "GLOBAL_EXPEDITED");
  }

  private static long call(int command) {
    MemorySegment state = Native.state();
    try {
      return Native.result((long) SYSCALL.invokeExact(state, SYS_MEMBARRIER, command, 0, 0), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
