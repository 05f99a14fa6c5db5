package io.millrace.perf.nativecall;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** System calls through java.lang.foreign. Used by one thread of a process. */
public final class Kernel {
  /** What a call on a descriptor that does not block returns when it would have to. */
  public static final int WOULD_BLOCK = -11;

  private static final int EINTR = -4;
  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int F_SETPIPE_SZ = 1031;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final int OWNER_ONLY = 0600;
  private static final long SYS_FUTEX = "aarch64".equals(System.getProperty("os.arch")) ? 98 : 202;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MemorySegment CAPTURED = Arena.global().allocate(STATE);

  private static final MethodHandle READ = bind("read", LONG, INT, LONG, LONG);
  private static final MethodHandle WRITE = bind("write", LONG, INT, LONG, LONG);
  private static final MethodHandle CLOSE = bind("close", INT, INT);
  private static final MethodHandle EVENTFD = bind("eventfd", INT, INT, INT);
  private static final MethodHandle MKFIFO = bind("mkfifo", INT, POINTER, INT);
  private static final MethodHandle OPEN = variadic("open", 2, INT, POINTER, INT);
  private static final MethodHandle FCNTL = variadic("fcntl", 2, INT, INT, INT, INT);
  private static final MethodHandle FUTEX =
      variadic("syscall", 1, LONG, LONG, LONG, INT, INT, LONG);

  private Kernel() {}

  private static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(
      String name, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  /**
   * Reads.
   *
   * @param descriptor from where
   * @param address to where
   * @param length how many bytes at most
   * @return how many were read, 0 at the end, {@link #WOULD_BLOCK}, or another error number negated
   */
  public static int read(int descriptor, long address, int length) {
    try {
      int read;
      do {
        read = result((long) READ.invokeExact(CAPTURED, descriptor, address, (long) length));
      } while (read == EINTR);
      return read;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /**
   * Writes.
   *
   * @param descriptor to where
   * @param address from where
   * @param length how many bytes
   * @return how many were written, {@link #WOULD_BLOCK}, or another error number negated
   */
  public static int write(int descriptor, long address, int length) {
    try {
      int written;
      do {
        written = result((long) WRITE.invokeExact(CAPTURED, descriptor, address, (long) length));
      } while (written == EINTR);
      return written;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /**
   * Makes a pipe that has a name.
   *
   * @param path the name
   */
  public static void makePipe(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path.toString());
      check("mkfifo " + path, (int) MKFIFO.invokeExact(CAPTURED, text, OWNER_ONLY));
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /**
   * Opens a pipe that has a name. Does not wait for the other end: it opens both.
   *
   * @param path the name
   * @param blocks whether reading and writing block
   * @param capacity how many bytes it shall hold
   * @return the descriptor
   */
  public static int openPipe(Path path, boolean blocks, int capacity) {
    int flags = O_RDWR | O_CLOEXEC | (blocks ? 0 : O_NONBLOCK);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path.toString());
      int descriptor = check("open " + path, (int) OPEN.invokeExact(CAPTURED, text, flags));
      check(
          "fcntl(F_SETPIPE_SZ)",
          (int) FCNTL.invokeExact(CAPTURED, descriptor, F_SETPIPE_SZ, capacity));
      return descriptor;
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /**
   * Makes an eventfd whose reader blocks.
   *
   * @return the descriptor
   */
  public static int eventFd() {
    try {
      return check("eventfd", (int) EVENTFD.invokeExact(CAPTURED, 0, O_CLOEXEC));
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /**
   * Closes a descriptor.
   *
   * @param descriptor which one
   */
  public static void close(int descriptor) {
    try {
      check("close", (int) CLOSE.invokeExact(CAPTURED, descriptor));
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /**
   * Sleeps on a word that processes share, until it is woken. Returns at once if the word has
   * another value.
   *
   * @param address where the word of 4 bytes is
   * @param expected the value to sleep at
   */
  public static void futexWait(long address, int expected) {
    futex(address, FUTEX_WAIT, expected);
  }

  /**
   * Wakes one who sleeps on a word.
   *
   * @param address where the word is
   */
  public static void futexWake(long address) {
    futex(address, FUTEX_WAKE, 1);
  }

  private static void futex(long address, int operation, int value) {
    try {
      int answer =
          result((long) FUTEX.invokeExact(CAPTURED, SYS_FUTEX, address, operation, value, 0L));
      if (answer < 0 && answer != WOULD_BLOCK && answer != EINTR) {
        throw new IllegalStateException("futex failed with error number " + -answer);
      }
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  private static int result(long value) {
    return value == -1 ? -(int) ERRNO.get(CAPTURED, 0L) : (int) value;
  }

  private static int check(String call, int value) {
    if (value == -1) {
      throw new IllegalStateException(call + " failed with error number " + -result(value));
    }
    return value;
  }

  private static AssertionError impossible(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException failure) {
      throw failure;
    }
    return new AssertionError("a C function threw", thrown);
  }
}
