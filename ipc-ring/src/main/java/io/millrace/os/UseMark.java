package io.millrace.os;

import static io.millrace.os.Native.INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Marks files as used (flock(2), shared): programs that clean up by age, as systemd-tmpfiles does
 * in /tmp and /var/tmp, leave marked ones alone. It keeps nobody from anything else.
 */
public final class UseMark {
  private static final int SHARED = 1;
  private static final int NOT_BLOCKING = 4;
  private static final MethodHandle FLOCK = Native.bind("flock", INT, INT, INT);

  private UseMark() {}

  /**
   * Marks a file until its description is closed, if nobody keeps this process from it: a file
   * system without such locks, or one whose user has it alone, is no obstacle to using it.
   *
   * @param file the file
   * @return whether it is marked
   */
  public static boolean set(Descriptor file) {
    MemorySegment state = Native.state();
    try {
      return (int) FLOCK.invokeExact(state, file.number(), SHARED | NOT_BLOCKING) == 0;
    } catch (Throwable thrown) {
      throw Native.impossible(thrown);
    }
  }
}
