package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlatformTest {
  private static final String EXPORT = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";

  @Test
  void thisJvmWillDo() {
    Platform.check();
  }

  @Test
  void aForgottenFlagIsNamed() throws Exception {
    String said = run("-Dunused=1");
    assertTrue(said.contains("need this flag on the java command line: " + EXPORT), said);
    assertEquals("fine", run(EXPORT));
  }

  @Test
  void anotherMachineIsRefusedInOneSentence() throws Exception {
    String said = run("-Dos.arch=riscv64");
    assertEquals("Millrace runs on Linux on x86-64 or aarch64, not on Linux on riscv64", said);
  }

  private static String run(String flag) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                flag,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said.strip();
  }

  /** Tells what the check says. */
  static final class Main {
    public static void main(String[] arguments) {
      try {
        Platform.check();
        System.out.println("fine");
      } catch (UnsupportedOperationException failure) {
        System.out.println(failure.getMessage());
      }
    }
  }
}
