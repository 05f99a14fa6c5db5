package io.millrace.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;

/** Programs that some tests need and not every machine has or allows. */
public final class Tools {
  private Tools() {}

  /**
   * Skips the running test, with a message, unless a command works here.
   *
   * @param command a command without effect, for example {@code strace -V}
   */
  public static void assumeWorks(String... command) {
    String what = String.join(" ", command);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      int status = process.waitFor();
      assumeTrue(status == 0, () -> "\"" + what + "\" does not work here: " + said);
    } catch (IOException missing) {
      assumeTrue(false, () -> "\"" + command[0] + "\" is not there: " + missing);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while trying " + what, interruption);
    }
  }

  /**
   * How to start a program to which the kernel does something at a system call; see strace(1).
   *
   * @param call the name of the system call
   * @param fault what, for example {@code error=ENOSYS} or {@code error=EINTR:when=1}
   * @return the command that goes before the program's own
   */
  public static List<String> injecting(String call, String fault) {
    return List.of(
        "strace",
        "-f",
        "-D",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=" + call,
        "-e",
        "inject=" + call + ":" + fault);
  }
}
