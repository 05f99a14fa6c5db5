package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeavesNothingOpen.class)
class CredentialsTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void theyAreThoseThatTheKernelShows() throws IOException {
    assertEquals(ProcessHandle.current().pid(), Credentials.pid());
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      String[] fields = line.split("\\s+");
      if (fields[0].equals("Uid:")) {
        assertEquals(Integer.parseInt(fields[2]), Credentials.uid());
      } else if (fields[0].equals("Gid:")) {
        assertEquals(Integer.parseInt(fields[2]), Credentials.gid());
      }
    }
    String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    assertEquals("pid:[" + Credentials.pidNamespace() + "]", namespace);
  }

  @Test
  void aProcessStartsAfterItsParentAndHasNoStartTimeWhenItIsGone() {
    long own = Credentials.startTime(Credentials.pid());
    assertTrue(own > 0);
    assertEquals(own, Credentials.startTime(Credentials.pid()));
    try (ChildProcess child = ChildProcess.start(Waiter.class)) {
      child.expectLine("namespace", SOON);
      assertTrue(Credentials.startTime(child.pid()) > own);
      child.kill();
      assertEquals(0, Credentials.startTime(child.pid()));
    }
  }

  @Test
  void aProcessMayHaveAnyName() throws Exception {
    Tools.assumeWorks("bash", "-c", "true");
    // The name is not UTF-8 and looks like the end of the name and the fields after it.
    String rename = "printf 'a) R 1 \\xff(' > /proc/$$/comm; echo renamed; read";
    Process process = new ProcessBuilder("bash", "-c", rename).start();
    try {
      assertEquals('r', process.getInputStream().read());
      long start = Credentials.startTime((int) process.pid());
      assertTrue(start >= Credentials.startTime(Credentials.pid()), "start: " + start);
    } finally {
      process.destroyForcibly().waitFor();
      process.getInputStream().close();
      process.getErrorStream().close();
      process.getOutputStream().close();
    }
  }

  @Test
  void aPidNamespaceOfItsOwnIsSeenAsSuch() {
    String[] wrapper = {"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"};
    Tools.assumeWorks("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "true");
    try (ChildProcess child = ChildProcess.startUnder(List.of(wrapper), List.of(), Waiter.class)) {
      String namespace = child.expectLine("namespace", SOON);
      assertNotEquals("" + Credentials.pidNamespace(), namespace);
      assertEquals("1", child.expectLine("pid", SOON));
    }
  }

  /** Tells who it is and waits to be killed. */
  static final class Waiter {
    public static void main(String[] arguments) throws IOException {
      System.out.println("namespace " + Credentials.pidNamespace());
      System.out.println("pid " + Credentials.pid());
      System.out.println("end " + System.in.read());
    }
  }
}
