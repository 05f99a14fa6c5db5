package io.millrace.os;

import java.nio.ByteOrder;

/** What the library needs of the machine and of the command line that started the JVM. */
public final class Platform {
  private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

  private Platform() {}

  /**
   * Checks once, before the first use, that this JVM can run the library.
   *
   * @throws UnsupportedOperationException in one sentence that names what is missing and the cure
   */
  public static void check() {
    String os = System.getProperty("os.name");
    String architecture = System.getProperty("os.arch");
    boolean known = "amd64".equals(architecture) || "aarch64".equals(architecture);
    if (!"Linux".equals(os) || !known || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "Millrace runs on Linux on x86-64 or aarch64, not on " + os + " on " + architecture);
    }
    Module agrona = org.agrona.DirectBuffer.class.getModule();
    if (!Object.class.getModule().isExported("jdk.internal.misc", agrona)) {
      String flag = agrona.isNamed() ? EXPORT.replace("ALL-UNNAMED", agrona.getName()) : EXPORT;
      throw new UnsupportedOperationException(
          "Agrona's buffers need this flag on the java command line: " + flag);
    }
  }
}
