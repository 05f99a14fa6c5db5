package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every step of a closer is done, whatever the others throw. */
class ClosingTest {
  private final List<String> done = new ArrayList<>();

  private AutoCloseable step(String name, Throwable failure) {
    return () -> {
      done.add(name);
      if (failure instanceof Exception exception) {
        throw exception;
      }
      if (failure instanceof Error error) {
        throw error;
      }
    };
  }

  @Test
  void whateverOneThrowsAllAreClosedAndTheFirstFailureHasTheOthers() {
    for (Throwable first :
        List.of(new StackOverflowError("a"), new IOException("a"), new IllegalStateException())) {
      done.clear();
      OutOfMemoryError second = new OutOfMemoryError("mine");
      Throwable thrown =
          assertThrows(
              Throwable.class,
              () ->
                  Closing.closeAll(
                      step("1", first),
                      null,
                      step("2", second),
                      step("3", null),
                      step("4", first)));
      assertSame(first, thrown);
      assertArrayEquals(new Throwable[] {second}, thrown.getSuppressed());
      assertEquals(List.of("1", "2", "3", "4"), done);
    }
  }

  @Test
  void whatFailsBehindAFailureIsSuppressedInIt() {
    IllegalStateException failure = new IllegalStateException("first");
    AssertionError error = new AssertionError("then");
    Closing.closeAfter(failure, step("1", error), null, step("2", failure));
    assertArrayEquals(new Throwable[] {error}, failure.getSuppressed());
    assertEquals(List.of("1", "2"), done);
  }

  /** Agrona's helper stops at an error. */
  @Test
  void noCloserOfThisModuleUsesTheOneThatStopsAtAnError() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> offenders =
          files.filter(Files::isRegularFile).filter(ClosingTest::usesAgronas).toList();
      assertTrue(offenders.isEmpty(), offenders::toString);
    }
  }

  private static boolean usesAgronas(Path file) {
    try {
      return Files.readString(file).contains("CloseHelper");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }
}
