package io.millrace.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A reader stops at one step while the value changes, again and again, and goes on or is killed:
 * the writer never waits for it, and what it reads is whole.
 */
class StoppedReaderTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir(factory = SharedMemory.class)
  Path directory;

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"SLOT_LOCKED", "CURRENT_SEEN", "PIN_TRIED", "PIN_ANNOUNCED", "PIN_CHOSEN", "PINNED"})
  void aReaderStoppedOrKilledHoldsUpNobody(Step step) {
    Path path = directory.resolve("state");
    // One reader, three buffers: not one more than is needed.
    Synchronizer state = Synchronizer.open(path, SnapshotOptions.defaults().readers(1));
    try (SnapshotWriter writer = state.writer()) {
      Proof.writeNext(writer);
      try (ChildProcess child = reading(path, step.name())) {
        while (!child.expectLine("at", DEADLINE).equals(step.name())) {
          // At each earlier step the value changes under the reader, which takes the long way.
          Proof.writeNext(writer);
          child.send("go");
        }
        for (int i = 0; i < 50; i++) {
          Proof.writeNext(writer);
        }
        child.kill();
      }
      try (SnapshotReader next = state.reader()) {
        for (int i = 0; i < 50; i++) {
          Proof.writeNext(writer);
          Proof.assertReads(next, writer.version());
        }
      }
    }
  }

  @Test
  void aReaderStoppedAnywhereReadsAWholeValueWhenItGoesOn() {
    Path path = directory.resolve("state");
    Synchronizer state = Synchronizer.open(path, SnapshotOptions.defaults().readers(1));
    try (SnapshotWriter writer = state.writer()) {
      Proof.writeNext(writer);
      try (ChildProcess child = reading(path, "none")) {
        String step = child.expectLine("at", DEADLINE);
        while (!step.equals("END")) {
          for (int i = 0; i < 50; i++) {
            Proof.writeNext(writer);
          }
          child.send("go");
          step = child.expectLine("at", DEADLINE);
        }
        child.send("go");
        assertEquals(0, child.awaitExit(DEADLINE), () -> "" + child.printed());
      }
    }
  }

  private static ChildProcess reading(Path path, String last) {
    String steps = "-Dio.millrace.snapshot.steps=" + AskAtStep.class.getName();
    return ChildProcess.startUnder(List.of(), List.of(steps), Reading.class, path.toString(), last);
  }

  /** Asks whether to go on. */
  public static final class AskAtStep implements Consumer<Step> {
    @Override
    public void accept(Step step) {
      Reading.ask(step.name());
    }
  }

  /** Opens a reader and reads, asking at every step whether to go on. */
  static final class Reading {
    private static final BufferedReader INPUT =
        new BufferedReader(new InputStreamReader(System.in));

    public static void main(String[] arguments) {
      try (SnapshotReader reader = Synchronizer.open(Path.of(arguments[0])).reader()) {
        for (int i = 0; i < 3; i++) {
          try (Snapshot snapshot = reader.readValidated()) {
            ask("OPEN");
            String fault = Proof.fault(snapshot);
            if (fault != null) {
              throw new AssertionError(fault);
            }
          }
        }
        ask("END");
      }
    }

    private static void ask(String step) {
      System.out.println("at " + step);
      try {
        if (INPUT.readLine() == null) {
          throw new IllegalStateException("the test has gone away");
        }
      } catch (IOException failure) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
