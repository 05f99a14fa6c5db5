package io.millrace.perf.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForkTest {
  private static final int SECONDS = 60;
  private static final Plan PLAN =
      new Plan(
          Set.of(),
          1,
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          0,
          List.of(0),
          1,
          1,
          1,
          true,
          List.of());

  /** Says what it was given, then waits for ever. */
  public static final class Waiting implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      System.out.println("this must not be taken for an answer");
      parent.say("word", parent.argument("word"));
      parent.hear("end", Integer.MAX_VALUE);
    }
  }

  /** Fails. */
  public static final class Failing implements Role {
    @Override
    public void run(Parent parent) {
      throw new IllegalStateException("no " + parent.argument("what"));
    }
  }

  /** Begins forks until it is refused; ends itself meanwhile. */
  static final class Beginner {
    private static final int THREADS = 4;

    public static void main(String[] arguments) {
      Path parent = Path.of(arguments[0]);
      List<Thread> threads = new ArrayList<>();
      CountDownLatch begun = new CountDownLatch(THREADS);
      for (int i = 0; i < THREADS; i++) {
        Thread thread = new Thread(() -> beginAgainAndAgain(parent, begun), "beginner " + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
      // The JVM is not gone before each of them has met its end.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> threads.forEach(Beginner::join)));
      try {
        begun.await();
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
      System.exit(0);
    }

    private static void beginAgainAndAgain(Path parent, CountDownLatch begun) {
      boolean refused = false;
      while (!refused) {
        try {
          new Fork(PLAN, parent).close();
          begun.countDown();
        } catch (IllegalStateException ending) {
          refused = true;
        } catch (IOException failure) {
          throw new AssertionError(failure);
        }
      }
      System.out.println("refused");
    }

    private static void join(Thread thread) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(SECONDS));
      } catch (InterruptedException unexpected) {
        throw new AssertionError(unexpected);
      }
    }
  }

  @Test
  void whatBeginsWhileTheJvmEndsLeavesNothing(@TempDir Path parent) throws IOException {
    try (ChildProcess child = ChildProcess.start(Beginner.class, parent.toString())) {
      assertEquals(0, child.awaitExit(Duration.ofSeconds(SECONDS)));
      for (int i = 0; i < Beginner.THREADS; i++) {
        child.expectLine("refused", Duration.ofSeconds(SECONDS));
      }
    }
    try (Stream<Path> left = Files.list(parent)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void whatHasEndedStartsNoProcess() throws Exception {
    Fork ended = new Fork(PLAN);
    ended.close();
    assertThrows(
        IllegalStateException.class, () -> ended.start("one", Waiting.class, List.of(), Map.of()));
  }

  @Test
  void itsEndIsTheEndOfItsProcessesAndFiles() throws Exception {
    Path directory;
    ProcessHandle process;
    try (Fork fork = new Fork(PLAN)) {
      directory = fork.directory();
      ChildJvm child = fork.start("one", Waiting.class, List.of(), Map.of("word", "a=b c"));
      assertEquals("a=b c", child.expect("word", SECONDS));
      process = ProcessHandle.of(child.pid()).orElseThrow();
      assertTrue(Files.exists(directory));
    }
    assertFalse(process.isAlive());
    assertFalse(Files.exists(directory));
  }

  @Test
  void aFailureOfAProcessReachesTheTrialWithItsReason() throws Exception {
    try (Fork fork = new Fork(PLAN)) {
      ChildJvm child = fork.start("one", Failing.class, List.of(), Map.of("what", "luck"));
      TrialException failure =
          assertThrows(TrialException.class, () -> child.expect("ready", SECONDS));
      assertTrue(failure.getMessage().contains("no luck"), failure.getMessage());
    }
  }
}
