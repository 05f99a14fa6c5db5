package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;

/** Programs that some tests need and not every machine has or allows. */
public final class Tools {
  /** Continuous integration, see {@code .ci/run}: what a test needs is there, or it has failed. */
  private static final boolean CI = "true".equals(System.getenv("CI"));

  private Tools() {}

  /**
   * Skips the running test, with a message, unless a command works here; in continuous integration
   * the test fails instead.
   *
   * @param command a command without effect, for example {@code strace -V}
   */
  public static void assumeWorks(String... command) {
    require(CI, command);
  }

  /**
   * Skips the running test unless a command works here, also in continuous integration: for what
   * depends on the rights that somebody gives to a container, such as mounting.
   *
   * @param command a command without effect
   */
  public static void assumeAllowed(String... command) {
    require(false, command);
  }

  static void require(boolean isMust, String... command) {
    String why = whyNot(command);
    assertTrue(why == null || !isMust, () -> why + "; in continuous integration it has to");
    assumeTrue(why == null, why);
  }

  private static String whyNot(String... command) {
    String what = String.join(" ", command);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      int status = process.waitFor();
      return status == 0 ? null : "\"" + what + "\" does not work here: " + said;
    } catch (IOException missing) {
      return "\"" + command[0] + "\" is not there: " + missing;
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
