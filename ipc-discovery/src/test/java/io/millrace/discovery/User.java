package io.millrace.discovery;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Makes a test process that runs as the superuser another user for good. */
final class User {
  private User() {}

  static void become(int uid, int gid) {
    call("setresgid", gid);
    call("setresuid", uid);
  }

  private static void call(String function, int id) {
    Linker linker = Linker.nativeLinker();
    var type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      int result =
          (int)
              linker
                  .downcallHandle(linker.defaultLookup().find(function).orElseThrow(), type)
                  .invokeExact(id, id, id);
      if (result != 0) {
        throw new IllegalStateException(function + "(" + id + ") failed");
      }
    } catch (Throwable failure) {
      throw new IllegalStateException(function, failure);
    }
  }
}
