package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Scan;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.NoNamelessFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process, with SIGKILL, right before each system call that changes something while it
 * works on a name, and then uses that name from another process.
 *
 * <p>A kill before a call that others cannot notice (opening to read, looking at a lock,
 * duplicating a descriptor, what the kernel undoes with the process) is the same as one before the
 * next call that they can. {@code -Dmillrace.kill.every=true} kills before those as well.
 */
class KillTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final boolean EVERY = Boolean.getBoolean("millrace.kill.every");
  private static final String CALLS =
      "openat,linkat,unlinkat,renameat,fcntl,pwrite64,fchmod,fchmodat,?fchmodat2,bind,listen";

  @TempDir Path temporary;
  private Path root;
  private Future<ChildProcess> next;
  private Registry user;
  private long lastGeneration;

  @BeforeEach
  void requireStrace() throws IOException {
    Strace.require();
    root = Files.createDirectory(temporary.resolve("root"));
    // As long as somebody uses the directory, generations go on.
    user = Registry.open(root);
  }

  @Test
  void duringPublishing() throws Exception {
    assertTrue(killAtEveryStepOf("publish x", () -> {}) >= 8);
  }

  @Test
  void duringPublishingWithoutNamelessFiles() throws Exception {
    assertTrue(
        killAtEveryStepOf("publish x", this::leaveDeadRecord, NoNamelessFiles.command()) >= 14);
  }

  @Test
  void duringTakeover() throws Exception {
    assertTrue(killAtEveryStepOf("takeover x", this::leaveDeadRecord) >= 9);
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
  private int killAtEveryStepOf(String command, Runnable preparation, List<String> wrapper)
      throws Exception {
    Path calls = temporary.resolve("calls");
    runUnderStrace(command, preparation, wrapper, calls, "trace=" + CALLS);
    List<String> steps = Strace.killsBeforeCalls(calls, call -> EVERY || isNoticeable(call));
    for (String step : steps) {
      runUnderStrace(command, preparation, wrapper, Path.of("/dev/null"), step);
    }
    return steps.size();
  }

  private static boolean isNoticeable(String call) {
    if (call.contains("openat(")) {
      return call.contains("O_CREAT") || call.contains("O_TMPFILE");
    }
    return Strace.isNoLook(call);
  }

  private void runUnderStrace(
      String command, Runnable preparation, List<String> wrapper, Path output, String expression)
      throws Exception {
    ChildProcess started = next == null ? start(wrapper).get() : next.get();
    next = start(wrapper);
    try (ChildProcess child = started) {
      if (command.startsWith("withdraw") || command.startsWith("update")) {
        child.send("publish x");
        child.expectLine("published", DEADLINE);
      } else if (command.startsWith("takeover")) {
        // So that it has a server by then; without one it is the same as publishing.
        child.send("publish y");
        child.expectLine("published", DEADLINE);
      }
      preparation.run();
      Strace strace = Strace.attach(child, output, expression);
      try {
        child.send(command);
        child.expectLine(answerTo(command), DEADLINE);
      } catch (AssertionError died) {
        assertEquals(137, child.awaitExit(DEADLINE), died.getMessage());
      } finally {
        child.kill();
        strace.awaitEnd();
      }
      assertNameIsUsable(command + " " + expression);
    }
  }

  /** The next process warms up while this one is killed. */
  private Future<ChildProcess> start(List<String> wrapper) throws IOException {
    Path warm = Files.createTempDirectory(temporary, "warm");
    return CompletableFuture.supplyAsync(
        () -> {
          ChildProcess child =
              ChildProcess.startUnder(
                  wrapper, List.of(), PublishingProcess.class, root.toString(), warm.toString());
          child.expectLine("ready", DEADLINE);
          return child;
        });
  }

  @AfterEach
  void closeNext() throws Exception {
    if (next != null) {
      next.get().close();
    }
    user.close();
    try (var left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  private static String answerTo(String command) {
    return switch (command.split(" ")[0]) {
      case "publish", "takeover" -> "published";
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
      Publication publication = PublishingProcess.publish(registry, "x");
      long generation = publication.service().generation();
      assertTrue(generation > lastGeneration, when + ": " + generation + ", " + lastGeneration);
      lastGeneration = generation;
      assertEquals(1, registry.list().size(), when);
      registry.acquire("x").close();
    }
    assertEquals(List.of(), Alien.names(root), when);
  }
}
