package io.millrace.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** System calls that only a {@link Zygote} makes: the library has no use for them. */
final class ForkCalls {
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int SIGKILL = 9;

  private static final int PR_SET_PDEATHSIG = 1;
  private static final int WNOHANG = 1;
  private static final MemoryLayout INT = ValueLayout.JAVA_INT;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle FORK = bind("fork");
  private static final MethodHandle GETPPID = bind("getppid");
  private static final MethodHandle EXIT = bind("_exit", INT);
  private static final MethodHandle KILL = bind("kill", INT, INT);
  private static final MethodHandle WAITPID = bind("waitpid", INT, POINTER, INT);
  private static final MethodHandle MKFIFO = bind("mkfifo", POINTER, INT);
  private static final MethodHandle OPEN = bind("open", POINTER, INT);
  private static final MethodHandle DUP2 = bind("dup2", INT, INT);
  private static final MethodHandle CLOSE = bind("close", INT);
  private static final MethodHandle PRCTL = bind("prctl", INT, INT);

  private ForkCalls() {}

  private static MethodHandle bind(String name, MemoryLayout... arguments) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  /** Returns 0 in the child, which has this thread alone, and the child's pid in the parent. */
  static int fork() {
    return check("fork", () -> (int) FORK.invokeExact());
  }

  static int parent() {
    return check("getppid", () -> (int) GETPPID.invokeExact());
  }

  /** Ends a forked process: the JVM's own way out needs threads that it does not have. */
  static void exit(int status) {
    check("_exit", () -> (int) EXIT.invokeExact(status));
  }

  static void kill(int pid, int signal) {
    check("kill", () -> (int) KILL.invokeExact(pid, signal));
  }

  /** Returns a dead child's exit status, 128 and more for a signal; -1 if it lives. */
  static int reap(int pid, boolean wait) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
      int options = wait ? 0 : WNOHANG;
      int reaped = check("waitpid", () -> (int) WAITPID.invokeExact(pid, status, options));
      int word = status.get(ValueLayout.JAVA_INT, 0);
      int signal = word & 0x7f;
      return reaped == 0 ? -1 : signal == 0 ? word >> 8 & 0xff : 128 + signal;
    }
  }

  static void makeFifo(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path);
      check("mkfifo", () -> (int) MKFIFO.invokeExact(text, 0600));
    }
  }

  /** Makes a descriptor stand for a file, whatever it stood for. */
  static void openAs(int descriptor, String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(path);
      int opened = check("open", () -> (int) OPEN.invokeExact(text, flags));
      check("dup2", () -> (int) DUP2.invokeExact(opened, descriptor));
      check("close", () -> (int) CLOSE.invokeExact(opened));
    }
  }

  /** Makes a descriptor stand for what another one stands for. */
  static void copy(int from, int to) {
    check("dup2", () -> (int) DUP2.invokeExact(from, to));
  }

  /** Has the kernel kill this process when the thread that forked it ends. */
  static void dieWithParent() {
    check("prctl", () -> (int) PRCTL.invokeExact(PR_SET_PDEATHSIG, SIGKILL));
  }

  private interface Call {
    int make() throws Throwable;
  }

  private static int check(String name, Call call) {
    int result;
    try {
      result = call.make();
    } catch (Throwable thrown) {
      throw new AssertionError(name, thrown);
    }
    if (result < 0) {
      throw new AssertionError(name + " failed");
    }
    return result;
  }
}
