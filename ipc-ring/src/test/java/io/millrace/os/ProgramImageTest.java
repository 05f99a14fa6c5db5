package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.SystemCallException;
import io.millrace.testkit.ChildProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramImageTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void theOtherProgramRunsInThisProcessWithTheArguments() {
    try (ChildProcess child = ChildProcess.start(Replaced.class)) {
      assertEquals(child.pid() + " a b  ü", child.expectLine("pid ", SOON), "the rest of the line");
      assertEquals(0, child.awaitExit(SOON));
    }
  }

  @Test
  void aProgramThatCannotBeRunIsAnError() {
    assertThrows(
        SystemCallException.class, () -> ProgramImage.replace("/no/such", List.of("such")));
  }

  static final class Replaced {
    public static void main(String[] arguments) {
      ProgramImage.replace(
          "/bin/sh", List.of("sh", "-c", "echo \"pid $$ $1 $2 $3\"", "sh", "a b", "", "ü"));
    }
  }
}
