package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void aChildAnswersByLinesAndCanBeStoppedAndKilled() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (ChildProcess child = ChildProcess.start(Echo.class, "hello")) {
            assertEquals("hello", child.expectLine("started", SOON));
            child.send("one");
            assertEquals("one", child.expectLine("echo", SOON));
            child.stop();
            assertTrue(Signals.states(child.pid()).stream().allMatch("T"::equals));
            child.send("two");
            child.resume();
            assertEquals("two", child.expectLine("echo", SOON));
            child.kill();
            assertEquals(137, child.awaitExit(SOON));
            assertFalse(child.isAlive());
          }
        });
  }

  @Test
  void aLineThatNeverComesFailsWithAllThatTheChildPrinted() {
    try (ChildProcess child = ChildProcess.start(Echo.class, "hello")) {
      child.send("exit");
      AssertionError failure =
          assertThrows(AssertionError.class, () -> child.expectLine("never", SOON));
      assertTrue(failure.getMessage().contains("started hello"), failure.getMessage());
      assertTrue(failure.getMessage().contains("echo exit"), failure.getMessage());
      assertEquals(3, child.awaitExit(SOON));
    }
  }

  @Test
  void aChildDiesWithItsParentHoweverThatDied() {
    try (ChildProcess parent = ChildProcess.start(Parent.class)) {
      int grandchild = Integer.parseInt(parent.expectLine("grandchild", SOON));
      assertFalse(Signals.states(grandchild).isEmpty());
      parent.kill();
      Eventually.await("the grandchild dies", SOON, () -> gone(grandchild));
    }
  }

  @Test
  void aDescriptorThatIsLeftOpenIsNamed() throws IOException {
    AtomicReference<InputStream> left = new AtomicReference<>();
    AssertionError failure =
        assertThrows(
            AssertionError.class,
            () ->
                OpenDescriptors.assertNoneLeftBy(
                    () -> left.set(new FileInputStream("/proc/self/status")), Duration.ZERO));
    left.get().close();
    assertTrue(failure.getMessage().contains("status"), failure.getMessage());
  }

  private static boolean gone(int pid) {
    List<String> states = Signals.states(pid);
    return states.isEmpty() || states.equals(List.of("Z"));
  }

  /** Repeats what it is told; ends with status 3 when told to exit. */
  static final class Echo {
    public static void main(String[] arguments) throws IOException {
      System.out.println("started " + arguments[0]);
      BufferedReader reader = new BufferedReader(new InputStreamReader(System.in));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        System.out.println("echo " + line);
        if (line.equals("exit")) {
          System.exit(3);
        }
      }
    }
  }

  /** Starts a child of its own and waits to be killed. */
  static final class Parent {
    public static void main(String[] arguments) {
      try (ChildProcess grandchild = ChildProcess.start(Echo.class, "grandchild")) {
        grandchild.expectLine("started", SOON);
        System.out.println("grandchild " + grandchild.pid());
        grandchild.awaitExit(Duration.ofHours(1));
      }
    }
  }
}
