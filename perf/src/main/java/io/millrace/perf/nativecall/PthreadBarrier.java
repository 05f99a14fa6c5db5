package io.millrace.perf.nativecall;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A {@code pthread_barrier_t} in memory that processes share. */
public final class PthreadBarrier {
  private static final int PTHREAD_PROCESS_SHARED = 1;

  /** More than a {@code pthread_barrierattr_t} has. */
  private static final int ATTRIBUTE_SIZE = 64;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle WAIT = bind("pthread_barrier_wait", LONG);
  private static final MethodHandle INIT = bind("pthread_barrier_init", LONG, LONG, INT);
  private static final MethodHandle ATTRIBUTE_INIT = bind("pthread_barrierattr_init", LONG);
  private static final MethodHandle SET_SHARED = bind("pthread_barrierattr_setpshared", LONG, INT);

  private final long address;

  /**
   * Uses a barrier.
   *
   * @param address where it is in this process, a multiple of 8
   */
  public PthreadBarrier(long address) {
    this.address = address;
  }

  private static MethodHandle bind(String name, ValueLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(INT, arguments));
  }

  /**
   * Makes it, once for all processes.
   *
   * @param parties how many must arrive
   */
  public void init(int parties) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attribute = arena.allocate(ATTRIBUTE_SIZE, Long.BYTES);
      check((int) ATTRIBUTE_INIT.invokeExact(attribute.address()));
      check((int) SET_SHARED.invokeExact(attribute.address(), PTHREAD_PROCESS_SHARED));
      check((int) INIT.invokeExact(address, attribute.address(), parties));
    } catch (Throwable thrown) {
      throw failed(thrown);
    }
  }

  /** Arrives, and returns when all have arrived. */
  public void await() {
    int result;
    try {
      result = (int) WAIT.invokeExact(address);
    } catch (Throwable thrown) {
      throw failed(thrown);
    }
    if (result > 0) { // The one who is told apart gets -1.
      check(result);
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new IllegalStateException("a pthread function failed with error number " + result);
    }
  }

  private static RuntimeException failed(Throwable thrown) {
    return thrown instanceof RuntimeException failure
        ? failure
        : new IllegalStateException("a pthread function threw", thrown);
  }
}
