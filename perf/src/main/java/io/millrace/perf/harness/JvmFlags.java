package io.millrace.perf.harness;

import java.util.List;

/** The flags of every JVM that takes part: those that Millrace asks of its users, and no tuning. */
public final class JvmFlags {
  /**
   * Agrona reads jdk.internal.misc; system calls go through java.lang.foreign; Chronicle uses
   * sun.misc.Unsafe. Processes that share two processors with what they measure must not start
   * garbage collector threads.
   */
  public static final List<String> ALL =
      List.of(
          "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-Xms256m",
          "-Xmx256m");

  private JvmFlags() {}
}
