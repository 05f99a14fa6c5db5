package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;

import io.millrace.SystemCallException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A memory barrier that one thread makes others run through.
 *
 * <p>It moves the cost of a store-load barrier from the many who store to the few who have to be
 * sure: after {@link #synchronize()} either the caller sees what one of the others stored before,
 * or the other sees what the caller stored before. See membarrier(2).
 */
public final class Membarrier {
  private static final long SYS_MEMBARRIER = Native.AARCH64 ? 283 : 324;
  private static final MethodHandle SYSCALL =
      Native.bindVariadic("syscall", 1, LONG, LONG, INT, INT, INT);

  /** Of the threads of this process. */
  public static final Membarrier PROCESS = new Membarrier("PRIVATE_EXPEDITED", 1 << 3, 1 << 4);

  /**
   * Of the threads of all processes that are registered.
   *
   * <p>Not to be relied on: Linux passes over a processor on which a thread of the process ended,
   * until another process has run there. In {@code kernel/sched/membarrier.c}, the end of a thread
   * clears what the processor knows of the registration, and the switch to the next thread of the
   * same process does not restore it. Seen on Linux 6.18. A thread that needs certainty looks again
   * when all stores that were under way are sure to have arrived.
   */
  public static final Membarrier GLOBAL = new Membarrier("GLOBAL_EXPEDITED", 1 << 1, 1 << 2);

  private final String name;
  private final int command;

  /** Registration is per process and for ever. */
  private final boolean registered;

  private Membarrier(String name, int command, int registration) {
    this.name = name;
    this.command = command;
    registered = call(registration) >= 0;
  }

  /**
   * Tells whether this process takes part in such barriers, and may make them.
   *
   * @return false if the kernel or a filter refuses
   */
  public boolean isRegistered() {
    return registered;
  }

  /**
   * Makes every running thread that takes part go through a full barrier.
   *
   * @throws SystemCallException if the kernel or a filter refuses
   */
  public void synchronize() {
    CallResult.check(call(command), "membarrier", name);
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
