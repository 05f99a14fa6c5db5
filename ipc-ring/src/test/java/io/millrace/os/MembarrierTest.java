package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembarrierTest {
  @Test
  void itWorksOrIsKnownNotTo() {
    for (Membarrier barrier : List.of(Membarrier.PROCESS, Membarrier.GLOBAL)) {
      if (barrier.isRegistered()) {
        barrier.synchronize();
      } else {
        assertThrows(SystemCallException.class, barrier::synchronize);
      }
    }
  }

  @Test
  void whereItIsForbiddenThisIsKnownBeforehand() {
    Tools.assumeWorks("strace", "-f", "-e", "trace=none", "true");
    List<String> wrapper = Tools.injecting("membarrier", "error=EPERM");
    try (ChildProcess child = ChildProcess.startUnder(wrapper, List.of(), Asker.class)) {
      assertEquals("false", child.expectLine("registered ", Duration.ofSeconds(60)));
      String failure = child.expectLine("failed ", Duration.ofSeconds(60));
      assertTrue(failure.contains("membarrier failed: EPERM"), failure);
    }
  }

  /** Asks, and tries whatever the answer is. */
  static final class Asker {
    public static void main(String[] arguments) {
      System.out.println("registered " + Membarrier.GLOBAL.isRegistered());
      try {
        Membarrier.GLOBAL.synchronize();
      } catch (SystemCallException failure) {
        System.out.println("failed " + failure.getMessage());
      }
    }
  }
}
