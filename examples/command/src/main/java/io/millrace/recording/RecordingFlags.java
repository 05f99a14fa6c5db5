package io.millrace.recording;

import java.util.List;

/** What Chronicle Queue needs of the JVM. */
public final class RecordingFlags {
  private static final List<String> REQUIRED =
      List.of(
          "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

  private RecordingFlags() {}

  /**
   * The flags that the JVM must be started with, those of Millrace itself included. Without the one
   * about {@code sun.misc.Unsafe} everything works, and the JVM prints a warning.
   *
   * @return flags of the {@code java} command
   */
  public static List<String> required() {
    return REQUIRED;
  }

  /**
   * Tells whether this JVM can record and replay.
   *
   * @return false if a flag is missing
   */
  public static boolean areSet() {
    Module base = Object.class.getModule();
    Module own = RecordingFlags.class.getModule();
    return base.isExported("jdk.internal.ref", own)
        && base.isOpen("java.lang", own)
        && base.isOpen("java.lang.reflect", own)
        && base.isOpen("java.io", own)
        && base.isOpen("java.util", own)
        && base.isOpen("sun.nio.ch", own);
  }

  static void require() {
    if (!areSet()) {
      throw new RecordingException(
          "this JVM cannot use Chronicle Queue: start it with " + String.join(" ", REQUIRED));
    }
  }
}
