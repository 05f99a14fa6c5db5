package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** The program that this process runs. */
public final class ProgramImage {
  private static final MethodHandle EXECV = Native.bind("execv", INT, POINTER, POINTER);

  private ProgramImage() {}

  /**
   * Runs another program in this process: pid, environment, working directory, terminal and the
   * descriptors that are not closed on exec stay. All threads end at once; no shutdown hook runs,
   * nothing is flushed.
   *
   * @param executable the path of the program
   * @param arguments its arguments, beginning with its own name
   * @throws io.millrace.SystemCallException if the program cannot be run; otherwise this does not
   *     return
   */
  public static void replace(String executable, List<String> arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(POINTER, arguments.size() + 1L);
      for (int i = 0; i < arguments.size(); i++) {
        array.setAtIndex(POINTER, i, arena.allocateFrom(arguments.get(i)));
      }
      array.setAtIndex(POINTER, arguments.size(), MemorySegment.NULL);
      CallResult.check(execv(arena.allocateFrom(executable), array), "execv", executable);
    }
  }

  private static int execv(MemorySegment path, MemorySegment arguments) {
    MemorySegment state = Native.state();
    try {
      return Native.result((int) EXECV.invokeExact(state, path, arguments), state);
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
