package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZygoteTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void childrenAreProcessesOfTheirOwn() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Zygote zygote = new Zygote(Adder.class);
              ChildProcess one = zygote.fork("100");
              ChildProcess other = zygote.fork("200")) {
            assertNotEquals(one.pid(), other.pid());
            one.send("1");
            other.send("1");
            one.send("2");
            assertEquals("101", one.expectLine("sum", SOON));
            assertEquals("103", one.expectLine("sum", SOON));
            assertEquals("201", other.expectLine("sum", SOON));
            one.stop();
            assertEquals(List.of("T"), Signals.states(one.pid()));
            one.send("5");
            one.resume();
            assertEquals("108", one.expectLine("sum", SOON));
            one.kill();
            assertEquals(137, one.awaitExit(SOON));
            assertFalse(one.isAlive());
            other.send("1");
            assertEquals("202", other.expectLine("sum", SOON));
          }
        });
  }

  @Test
  void theyEndByThemselvesWithAStatus() {
    try (Zygote zygote = new Zygote(Adder.class);
        ChildProcess done = zygote.fork("1");
        ChildProcess failing = zygote.fork("1")) {
      done.send("end");
      assertEquals(0, done.awaitExit(SOON));
      failing.send("nonsense");
      assertEquals(1, failing.awaitExit(SOON));
      failing.expectLine("java.lang.NumberFormatException", SOON);
    }
  }

  @Test
  void theyDieWithTheirZygote() {
    Zygote zygote = new Zygote(Adder.class);
    try (ChildProcess child = zygote.fork("1")) {
      child.send("1");
      child.expectLine("sum", SOON);
      assertTrue(child.isAlive());
      zygote.close();
      Eventually.await("the child dies", SOON, () -> isGone(child.pid()));
      assertEquals(137, child.awaitExit(SOON));
    }
  }

  private static boolean isGone(int pid) {
    List<String> states = Signals.states(pid);
    return states.isEmpty() || states.equals(List.of("Z"));
  }

  /** Adds up what it is told. */
  static final class Adder implements Forked {
    @Override
    public void warmUp() {
      System.out.println("warming up");
    }

    @Override
    public void run(String... arguments) throws IOException {
      int sum = Integer.parseInt(arguments[0]);
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
      for (String line = lines.readLine(); !line.equals("end"); line = lines.readLine()) {
        sum += Integer.parseInt(line);
        System.out.println("sum " + sum);
      }
    }
  }
}
