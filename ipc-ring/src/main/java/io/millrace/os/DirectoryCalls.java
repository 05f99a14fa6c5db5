package io.millrace.os;

import static io.millrace.os.Native.INT;
import static io.millrace.os.Native.POINTER;
import static io.millrace.os.Native.impossible;
import static io.millrace.os.Native.result;
import static io.millrace.os.Native.state;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Names in open directories, as the kernel answers: minus the error number on failure. No signal
 * interrupts these calls.
 */
final class DirectoryCalls {
  private static final int REMOVE_FILE = 0;
  private static final int FOLLOW = 0;
  private static final MethodHandle MKDIRAT = Native.bind("mkdirat", INT, INT, POINTER, INT);
  private static final MethodHandle LINKAT =
      Native.bind("linkat", INT, INT, POINTER, INT, POINTER, INT);
  private static final MethodHandle UNLINKAT = Native.bind("unlinkat", INT, INT, POINTER, INT);
  private static final MethodHandle RENAMEAT =
      Native.bind("renameat", INT, INT, POINTER, INT, POINTER);
  private static final MethodHandle FCHMODAT = Native.bind("fchmodat", INT, INT, POINTER, INT, INT);

  private DirectoryCalls() {}

  static int mkdirat(int directory, String name, int mode) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return result((int) MKDIRAT.invokeExact(state, directory, text, mode), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  /** Follows the source, which may be a descriptor in /proc, to the file behind it. */
  static int linkat(String source, int directory, String name) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(source);
      MemorySegment to = arena.allocateFrom(name);
      int flags = Libc.AT_SYMLINK_FOLLOW;
      return result(
          (int) LINKAT.invokeExact(state, Libc.AT_FDCWD, from, directory, to, flags), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int unlinkat(int directory, String name) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return result((int) UNLINKAT.invokeExact(state, directory, text, REMOVE_FILE), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int renameat(int directory, String oldName, String newName) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(oldName);
      MemorySegment to = arena.allocateFrom(newName);
      return result((int) RENAMEAT.invokeExact(state, directory, from, directory, to), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }

  static int fchmodat(int directory, String name, int mode) {
    MemorySegment state = state();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return result((int) FCHMODAT.invokeExact(state, directory, text, mode, FOLLOW), state);
    } catch (Throwable thrown) {
      throw impossible(thrown);
    }
  }
}
