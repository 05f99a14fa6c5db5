package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.LONG;
import static io.millrace.os.Native.POINTER;

import io.millrace.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/** The processors that the calling thread may run on. */
public final class CpuAffinity {
  private static final int BYTES = 128;
  private static final int CALLING_THREAD = 0;
  private static final MethodHandle SET = Native.bind("sched_setaffinity", INT, INT, LONG, POINTER);
  private static final MethodHandle GET = Native.bind("sched_getaffinity", INT, INT, LONG, POINTER);

  private CpuAffinity() {}

  /**
   * Pins the calling thread.
   *
   * @param processors the processors it may run on from now on, numbers below 1024
   * @throws SystemCallException EINVAL if none of them is there or allowed
   */
  public static void set(BitSet processors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(BYTES, 8);
      processors.stream()
          .forEach(
              cpu -> {
                long word = Long.BYTES * (long) (cpu / Long.SIZE);
                mask.set(Native.LONG, word, mask.get(Native.LONG, word) | 1L << cpu);
              });
      CallResult.check(call(SET, mask), "sched_setaffinity", "processors " + processors);
    }
  }

  /**
   * Where the calling thread may run.
   *
   * @return the processors
   */
  public static BitSet get() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(BYTES, 8);
      CallResult.check(call(GET, mask), "sched_getaffinity", "calling thread");
      return BitSet.valueOf(mask.toArray(Native.LONG));
    }
  }

  private static int call(MethodHandle function, MemorySegment mask) {
    MemorySegment state = Native.state();
    try {
      return Native.result(
          (int) function.invokeExact(state, CALLING_THREAD, (long) BYTES, mask), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
