package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process, with SIGKILL, right before each system call that changes something while it
 * works on a name, and then uses that name from another process.
 */
class KillTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String CALLS =
      "openat,linkat,unlinkat,renameat,fcntl,pwrite64,fchmod,bind,listen";

  @TempDir Path temporary;
  private Path root;
  private Future<ChildProcess> next;

  @BeforeEach
  void requireStrace() throws IOException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is missing");
    root = Files.createDirectory(temporary.resolve("root"));
  }

  @Test
  void duringPublishing() throws Exception {
    assertTrue(killAtEveryStepOf("publish x", () -> {}) >= 8);
  }

  @Test
  void duringPublishingWithoutNamelessFiles() throws Exception {
    assertTrue(
        killAtEveryStepOf(
                "publish x",
                this::leaveDeadRecord,
                List.of("-Dmillrace.discovery.namelessFiles=false"))
            >= 12);
  }

  @Test
  void duringTakeover() throws Exception {
    assertTrue(killAtEveryStepOf("publish x", this::leaveDeadRecord) >= 10);
  }

  @Test
  void duringCleanUp() throws Exception {
    assertTrue(killAtEveryStepOf("find x", this::leaveDeadRecord) >= 3);
  }

  @Test
  void duringAdoption() throws Exception {
    assertTrue(killAtEveryStepOf("adopt x", this::leaveDeadRecord) >= 8);
  }

  @Test
  void duringWithdrawal() throws Exception {
    assertTrue(killAtEveryStepOf("withdraw x", () -> {}) >= 1);
  }

  @Test
  void duringUpdate() throws Exception {
    assertTrue(killAtEveryStepOf("update x new", () -> {}) >= 1);
  }

  private void leaveDeadRecord() {
    try (Registry registry = Registry.open(root)) {
      PublishingProcess.publish(registry, "x").handOver();
    }
  }

  private int killAtEveryStepOf(String command, Runnable preparation) throws Exception {
    return killAtEveryStepOf(command, preparation, List.of());
  }

  /** Returns how many steps the command had. */
  private int killAtEveryStepOf(String command, Runnable preparation, List<String> flags)
      throws Exception {
    Path calls = temporary.resolve("calls");
    runUnderStrace(command, preparation, flags, calls, "trace=" + CALLS);
    List<String> steps = stepsIn(calls);
    for (String step : steps) {
      String call = step.substring(0, step.indexOf(' '));
      String count = step.substring(step.indexOf(' ') + 1);
      String injection = "inject=" + call + ":signal=SIGKILL:when=" + count;
      runUnderStrace(command, preparation, flags, Path.of("/dev/null"), injection);
    }
    return steps.size();
  }

  /** Each call that one thread made, with how many of its kind that thread had made by then. */
  private static List<String> stepsIn(Path calls) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    Set<String> steps = new LinkedHashSet<>();
    for (String line : Files.readAllLines(calls)) {
      if (line.contains("(") && !line.contains("resumed>")) {
        String threadAndCall = line.substring(0, line.indexOf('('));
        int count = counts.merge(threadAndCall, 1, Integer::sum);
        steps.add(threadAndCall.replaceFirst("^[0-9]+ +", "") + " " + count);
      }
    }
    return List.copyOf(steps);
  }

  private void runUnderStrace(
      String command, Runnable preparation, List<String> flags, Path output, String expression)
      throws Exception {
    ChildProcess started = next == null ? start(flags).get() : next.get();
    next = start(flags);
    try (ChildProcess child = started) {
      if (command.startsWith("withdraw") || command.startsWith("update")) {
        child.send("publish x");
        child.expectLine("published", DEADLINE);
      }
      preparation.run();
      Process strace = attach(child, output, expression);
      try {
        child.send(command);
        child.expectLine(answerTo(command), DEADLINE);
      } catch (AssertionError died) {
        assertEquals(137, child.awaitExit(DEADLINE), died.getMessage());
      } finally {
        child.kill();
        strace.waitFor();
      }
      assertNameIsUsable(command + " " + expression);
    }
  }

  /** The next process warms up while this one is killed. */
  private Future<ChildProcess> start(List<String> flags) throws IOException {
    Path warm = Files.createTempDirectory(temporary, "warm");
    return CompletableFuture.supplyAsync(
        () -> {
          ChildProcess child =
              ChildProcess.startUnder(
                  List.of(), flags, PublishingProcess.class, root.toString(), warm.toString());
          child.expectLine("ready", DEADLINE);
          return child;
        });
  }

  @AfterEach
  void closeNext() throws Exception {
    if (next != null) {
      next.get().close();
    }
  }

  private static Process attach(ChildProcess child, Path output, String expression)
      throws IOException {
    Process strace =
        new ProcessBuilder(
                "strace",
                "-f",
                "-o",
                output.toString(),
                "-e",
                expression,
                "-p",
                Integer.toString(child.pid()))
            .redirectErrorStream(true)
            .start();
    BufferedReader words = strace.inputReader();
    String first = words.readLine();
    Assumptions.assumeTrue(
        first != null && first.contains("attached"), "strace may not attach here: " + first);
    return strace;
  }

  private static String answerTo(String command) {
    return switch (command.split(" ")[0]) {
      case "publish" -> "published";
      case "withdraw" -> "withdrawn";
      case "update" -> "updated";
      case "find" -> "found";
      default -> "adopting";
    };
  }

  private void assertNameIsUsable(String when) {
    try (Registry registry = Registry.open(root)) {
      Scan before = registry.scan();
      assertEquals(List.of(), before.refusals(), when);
      assertEquals(List.of(), before.services(), when);
      PublishingProcess.publish(registry, "x");
      assertEquals(1, registry.list().size(), when);
      registry.acquire("x").close();
    }
    assertEquals(List.of(), Alien.names(root), when);
  }
}
