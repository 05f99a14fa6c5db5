package io.millrace.discovery;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Changes for good what a test process may do and others may do to it. */
public final class User {
  private static final int PR_SET_DUMPABLE = 4;

  private User() {}

  /**
   * From the superuser to another user.
   *
   * @param uid the user
   * @param gid its group
   */
  public static void become(int uid, int gid) {
    call("setresgid", gid, gid, gid);
    call("setresuid", uid, uid, uid);
  }

  /** Like a program that keeps secrets: others may not look into this process. */
  static void becomeUndumpable() {
    call("prctl", PR_SET_DUMPABLE, 0, 0);
  }

  private static void call(String function, int first, int second, int third) {
    Linker linker = Linker.nativeLinker();
    var type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      int result =
          (int)
              linker
                  .downcallHandle(linker.defaultLookup().find(function).orElseThrow(), type)
                  .invokeExact(first, second, third);
      if (result != 0) {
        throw new IllegalStateException(function + "(" + first + ") failed");
      }
    } catch (Throwable failure) {
      throw new IllegalStateException(function, failure);
    }
  }
}
