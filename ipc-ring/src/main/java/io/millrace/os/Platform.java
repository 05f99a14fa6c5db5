package io.millrace.os;

import java.nio.ByteOrder;

/** What the library needs of the machine and of the command line that started the JVM. */
public final class Platform {
  private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=";
  private static final String NATIVE_ACCESS = "--enable-native-access=";

  private static volatile boolean checked;

  private Platform() {}

  /**
   * Checks once, before the first use, that this JVM can run the library.
   *
   * @throws UnsupportedOperationException in one sentence that names what is missing and the cure
   */
  public static void check() {
    if (!checked) {
      checkMachine();
      checkExport();
      Native.bind("getpid", Native.INT); // Tried, since what is forbidden is told in no other way.
      checked = true;
    }
  }

  private static void checkMachine() {
    String os = System.getProperty("os.name");
    String architecture = System.getProperty("os.arch");
    boolean known = "amd64".equals(architecture) || "aarch64".equals(architecture);
    if (!"Linux".equals(os) || !known || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "Millrace runs on Linux on x86-64 or aarch64, not on " + os + " on " + architecture);
    }
  }

  private static void checkExport() {
    Module agrona = org.agrona.DirectBuffer.class.getModule();
    if (!Object.class.getModule().isExported("jdk.internal.misc", agrona)) {
      throw new UnsupportedOperationException(
          "Agrona's buffers need this flag on the java command line: " + EXPORT + name(agrona));
    }
  }

  /** Without it the JVM warns by now, and will forbid one day, as it does if it is told to. */
  static UnsupportedOperationException isWithoutNativeAccess(IllegalCallerException forbidden) {
    return new UnsupportedOperationException(
        "Millrace's system calls need this flag on the java command line: "
            + NATIVE_ACCESS
            + name(Platform.class.getModule()),
        forbidden);
  }

  private static String name(Module module) {
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }
}
