package io.millrace.perf.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
