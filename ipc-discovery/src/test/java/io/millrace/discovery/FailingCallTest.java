package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.LastRun;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.EventFd;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One system call in the middle of opening, publishing or closing fails, whichever it is: what
 * comes after it is still done, and what was begun leaves nothing.
 */
class FailingCallTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int MOST_CALLS = 40;
  private static final List<String> NAMES = List.of("a", "b", "c");

  @TempDir Path place;

  /** Does what it is told, and tells "done", or "failed" with what was thrown. */
  static final class Victim {
    private final Path root;
    private final Path alive;
    private final EventFd event = EventFd.create();
    private Registry registry;
    private Alive hold;

    private Victim(Path place) {
      root = place.resolve("root");
      alive = place.resolve("alive");
    }

    public static void main(String[] arguments) throws Exception {
      Path place = Path.of(arguments[0]);
      warmUp(Files.createDirectory(place.resolve("warm")));
      Victim self = new Victim(place);
      self.registry = Registry.open(self.root);
      self.hold = Alive.hold(self.alive);
      BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(self.answer(line));
      }
    }

    /** So that no class is loaded while calls fail. */
    private static void warmUp(Path place) {
      for (int i = 0; i < 2; i++) {
        Victim self = new Victim(place);
        self.registry = Registry.open(self.root);
        self.hold = Alive.hold(self.alive);
        self.answer("publish");
        self.answer("republish");
        self.answer("open");
        self.answer("fail");
        self.answer("release");
        self.answer("close");
        self.event.close();
      }
    }

    private String answer(String command) {
      try {
        switch (command) {
          case "open" -> Registry.open(root).close();
          case "publish" -> NAMES.forEach(name -> registry.publish(spec(name)));
          case "republish" -> registry.publish(spec("again")).close();
          case "close" -> registry.close();
          case "release" -> hold.close();
          case "fail" -> throw new IllegalStateException("as wanted");
          default -> throw new IllegalArgumentException(command);
        }
        return "done";
      } catch (RuntimeException failure) {
        return "failed " + failure;
      }
    }

    private ServiceSpec spec(String name) {
      return ServiceSpec.named(name).descriptor(event.descriptor().number(), DescriptorKind.EVENT);
    }
  }

  /** Returns the answer to a command of which the given call failed. */
  private static String answer(
      ChildProcess victim, Path place, String call, int number, String what) throws Exception {
    String inject = "inject=" + call + ":error=EIO:when=" + number;
    try (Strace strace = Strace.attach(victim, place.resolve("trace"), "trace=" + call, inject)) {
      victim.send(what);
      String answer = victim.expectLine("", DEADLINE);
      assertTrue(strace != null);
      return answer;
    }
  }

  /** How many descriptors a process has open. */
  private static int open(ChildProcess victim) {
    String[] numbers = Path.of("/proc/" + victim.pid() + "/fd").toFile().list();
    return numbers == null ? 0 : numbers.length;
  }

  @ParameterizedTest
  @CsvSource({"fcntl", "statx", "linkat", "pwrite64", "openat", "fchmod"})
  void aPublicationThatFailsLeavesNeitherANameNorADescriptor(String call) throws Exception {
    Strace.require();
    int failed = 0;
    try (ChildProcess victim = ChildProcess.start(Victim.class, place.toString());
        Registry observer = Registry.open(place.resolve("root"))) {
      victim.expectLine("ready", DEADLINE);
      victim.send("publish");
      assertEquals("", victim.expectLine("done", DEADLINE));
      String answer = "failed";
      int before = open(victim);
      for (int number = 1; number < MOST_CALLS && answer.startsWith("failed"); number++) {
        answer = answer(victim, place, call, number, "republish");
        String when = call + " " + number + ": " + answer;
        Eventually.await(when, DEADLINE, () -> open(victim) <= before);
        assertEquals(NAMES, observer.list().stream().map(Service::name).toList(), when);
        failed += answer.startsWith("failed") ? 1 : 0;
        victim.send("republish");
        victim.expectLine("done", DEADLINE);
      }
      assertTrue(failed > 0, call + " is not made there");
    }
  }

  @ParameterizedTest
  @CsvSource({"statx", "openat", "flock"})
  void aRegistryThatCannotBeOpenedLeavesNoDescriptor(String call) throws Exception {
    Strace.require();
    int failed = 0;
    try (ChildProcess victim = ChildProcess.start(Victim.class, place.toString())) {
      victim.expectLine("ready", DEADLINE);
      String answer = "failed";
      int before = open(victim);
      for (int number = 1; number < MOST_CALLS && answer.startsWith("failed"); number++) {
        answer = answer(victim, place, call, number, "open");
        String when = call + " " + number + ": " + answer;
        Eventually.await(when, DEADLINE, () -> open(victim) <= before);
        failed += answer.startsWith("failed") ? 1 : 0;
      }
      assertTrue(failed > 0, call + " is not made there");
    }
  }

  /** Each step in turn; a second close neither repeats it nor fails. */
  @ParameterizedTest
  @CsvSource({"unlinkat", "statx", "fchmodat"})
  void aCloseWithAFailingStepDoesAllTheOthers(String call) throws Exception {
    Strace.require();
    String answer = "failed";
    int failed = 0;
    for (int number = 1; number < MOST_CALLS && answer.startsWith("failed"); number++) {
      Path own = Files.createDirectory(place.resolve(call + number));
      try (ChildProcess victim = ChildProcess.start(Victim.class, own.toString());
          Registry observer = Registry.open(own.resolve("root"))) {
        victim.expectLine("ready", DEADLINE);
        victim.send("publish");
        victim.expectLine("done", DEADLINE);
        answer = answer(victim, own, call, number, "close");
        String when = call + " " + number + ": " + answer;
        failed += answer.startsWith("failed") ? 1 : 0;
        // At most what the step was about is left, and its publisher has let go of it.
        assertEquals(List.of(), observer.list(), when);
        observer.gc();
        Eventually.await(when, DEADLINE, () -> Alien.names(own.resolve("root")).isEmpty());
        victim.send("close");
        victim.expectLine("done", DEADLINE);
      }
    }
    assertTrue(failed > 0, call + " is not made there");
  }

  @Test
  void aHolderThatCannotSayThatItEndsWellIsNotTakenToLive() throws Exception {
    Strace.require();
    Path alive = place.resolve("alive");
    try (ChildProcess victim = ChildProcess.start(Victim.class, place.toString())) {
      victim.expectLine("ready", DEADLINE);
      assertTrue(Alive.isAlive(alive));
      String answer = answer(victim, place, "pwrite64", 1, "release");
      assertTrue(answer.contains("SystemCallException"), answer);
      assertFalse(Alive.isAlive(alive));
      try (Alive next = Alive.hold(alive)) {
        assertEquals(LastRun.CRASHED, next.lastRun());
      }
      victim.send("release");
      victim.expectLine("done", DEADLINE);
    }
  }
}
