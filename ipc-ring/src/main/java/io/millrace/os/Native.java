package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Binds functions of the C library and reads {@code errno}.
 *
 * <p>Every bound function takes a segment for the captured {@code errno} as its first argument. Its
 * wrapper returns what the kernel would: a value that is not negative, or minus the error number.
 */
final class Native {
  /** The name of the processor architecture decides a few constants and structures. */
  static final boolean AARCH64 = "aarch64".equals(System.getProperty("os.arch"));

  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
  static final ValueLayout.OfLong LONG_UNALIGNED = ValueLayout.JAVA_LONG_UNALIGNED;
  static final java.lang.foreign.AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATE_OF_THREAD =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Native() {}

  /** Binds a function whose arguments are all named in its prototype. */
  static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
    return link(name, FunctionDescriptor.of(result, arguments));
  }

  /**
   * Binds a variadic function; the arguments from {@code firstVariadic} on are the variable ones.
   */
  static MethodHandle bindVariadic(
      String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
    return link(
        name,
        FunctionDescriptor.of(result, arguments),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment symbol =
        LIBC.find(name)
            .orElseThrow(
                () ->
                    new UnsupportedOperationException(
                        "the C library of this machine has no function " + name));
    Linker.Option[] all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = Linker.Option.captureCallState("errno");
    try {
      return LINKER.downcallHandle(symbol, descriptor, all);
    } catch (IllegalCallerException forbidden) {
      throw Platform.isWithoutNativeAccess(forbidden);
    }
  }

  /** The calling thread's segment for the captured {@code errno}. */
  static MemorySegment state() {
    return STATE_OF_THREAD.get();
  }

  /** Turns the C convention (-1 and errno) into the kernel's (minus the error number). */
  static int result(int value, MemorySegment state) {
    return value == -1 ? -(int) ERRNO.get(state, 0L) : value;
  }

  /** Turns the C convention (-1 and errno) into the kernel's (minus the error number). */
  static long result(long value, MemorySegment state) {
    return value == -1 ? -(int) ERRNO.get(state, 0L) : value;
  }

  /** A bound function throws nothing checked; what its arguments threw goes on unchanged. */
  static AssertionError impossible(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException failure) {
      throw failure;
    }
    return new AssertionError("a bound C function threw", thrown);
  }
}
