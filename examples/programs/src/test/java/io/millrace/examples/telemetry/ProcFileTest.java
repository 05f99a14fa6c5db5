package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFileTest {
  @TempDir Path directory;

  @Test
  void aFileIsReadFromItsStartEveryTime() {
    Fixtures.write(directory, "loadavg", "1 2\n");
    try (ProcFile file = ProcFile.open(directory.resolve("loadavg"))) {
      assertEquals(1, firstNumber(file));
      assertEquals(1, firstNumber(file));
      Fixtures.write(directory, "loadavg", "30 4\n");
      assertEquals(30, firstNumber(file));
    }
  }

  @Test
  void aFileLargerThanTheBufferIsReadWhole() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append(i).append('\n');
    }
    Fixtures.write(directory, "large", text.toString());
    try (ProcFile file = ProcFile.open(directory.resolve("large"), 16)) {
      for (int round = 0; round < 2; round++) {
        ProcText lines = file.read();
        for (int i = 0; i < 1000; i++) {
          assertTrue(lines.nextLine());
          assertEquals(i, lines.nextLong());
        }
        assertFalse(lines.nextLine());
      }
    }
  }

  @Test
  void aLiveFileLargerThanTheBufferIsReadWhole() {
    try (ProcFile whole = ProcFile.open(Fixtures.LIVE.resolve("meminfo"));
        ProcFile pieces = ProcFile.open(Fixtures.LIVE.resolve("meminfo"), 16)) {
      assertEquals(lines(whole.read()), lines(pieces.read()));
    }
  }

  @Test
  void anAbsentFileReadsAsEmpty() {
    try (ProcFile file = ProcFile.open(directory.resolve("absent"))) {
      assertEquals(0, lines(file.read()));
      assertEquals(0, lines(file.read()));
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    try (ProcFile file = ProcFile.open(directory)) {
      UncheckedIOException e = assertThrows(UncheckedIOException.class, file::read);
      assertTrue(e.getMessage().contains(directory.toString()), e.getMessage());
    }
  }

  @Test
  void aClosedFileIsRefused() {
    Fixtures.write(directory, "loadavg", "1\n");
    ProcFile file = ProcFile.open(directory.resolve("loadavg"));
    file.close();
    assertThrows(UncheckedIOException.class, file::read);
  }

  private static long firstNumber(ProcFile file) {
    ProcText text = file.read();
    text.nextLine();
    return text.nextLong();
  }

  private static int lines(ProcText text) {
    int lines = 0;
    while (text.nextLine()) {
      lines++;
    }
    return lines;
  }
}
