package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class CommandLineTest {
  @TempDir private Path folder;

  @Test
  void everyCommandExplainsItselfAndItsExitStatus() {
    assertEquals(0, CommandRun.of().status());
    for (String name : Millrace.commandLine().getSubcommands().keySet()) {
      CommandRun help = CommandRun.of(name, "--help");
      assertEquals(0, help.status(), help.toString());
      assertTrue(help.out().startsWith("Usage: millrace " + name), help.toString());
      assertTrue(help.out().contains("Exit status:"), help.toString());
    }
  }

  @Test
  void whatIsWrittenWronglyIsStatusTwoAndOneSentence() {
    CommandRun unknown = CommandRun.of("lss");
    assertEquals(2, unknown.status());
    assertTrue(unknown.err().contains("Did you mean: millrace ls?"), unknown.err());
    CommandRun wrong = CommandRun.of("stat", "a", "--interval", "soon");
    assertEquals(2, wrong.status());
    assertTrue(wrong.err().contains("write for example 500ms, 2s or 1m"), wrong.err());
    assertEquals(2, CommandRun.of("tail", "a", "--format", "hex", "--schema", "b").status());
    assertEquals(2, CommandRun.of("snapshot", "get", "a", "--format", "sbe").status());
    assertEquals(2, CommandRun.of("snapshot").status());
  }

  @Test
  void theShellCanCompleteIt() {
    CommandRun run = CommandRun.of("generate-completion");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("complete -F _complete_millrace"), run.out());
  }

  @Test
  void outputThatGoesToNoTerminalHasNoColours() {
    assertFalse(CommandRun.of("doctor").out().contains("\u001b"));
  }

  @Test
  void benchSaysWhereTheMeasurementsAre() {
    CommandRun run = CommandRun.of("bench", "--home", folder.toString());
    assertEquals(Millrace.FAILED, run.status());
    assertTrue(run.err().contains("there is no " + folder.resolve("perf/run")), run.err());
  }

  @Test
  void benchRunsTheQuickMeasurementAndPassesOnItsOptionsAndStatus() throws Exception {
    Path script = Files.createDirectory(folder.resolve("perf")).resolve("run");
    Files.writeString(script, "#!/bin/sh\necho \"$@\" >\"$0.arguments\"\nexit 7\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    CommandRun run = CommandRun.of("bench", "latency", "--home", folder.toString(), "--pin", "0,1");
    assertEquals(7, run.status(), run.toString());
    assertEquals(
        "latency --pin 0,1 --quick\n", Files.readString(folder.resolve("perf/run.arguments")));
  }

  @Test
  void quantitiesAreReadAndWrittenAsHumansDo() {
    assertEquals(Duration.ofMillis(1500), Units.parseDuration("1.5"));
    assertEquals(Duration.ofMillis(20), Units.parseDuration("20ms"));
    assertEquals(Duration.ofHours(2), Units.parseDuration("2h"));
    assertEquals(List.of(512, 64 << 10, 3 << 20), sizes("512", "64k", "3M"));
    for (String wrong : List.of("", "k", "1x", "-1", "2g", "99999999999")) {
      assertThrows(TypeConversionException.class, () -> ByteSize.parse(wrong), wrong);
    }
    assertEquals("1023 B", Units.bytes(1023));
    assertEquals("1.5 MiB", Units.bytes(1.5 * (1 << 20)));
    assertEquals("59s", Units.age(Duration.ofSeconds(59)));
    assertEquals("2h5m", Units.age(Duration.ofMinutes(125)));
    assertEquals("3d4h", Units.age(Duration.ofHours(76)));
  }

  private static List<Integer> sizes(String... texts) {
    return List.of(texts).stream().map(text -> ByteSize.parse(text).bytes()).toList();
  }

  @Test
  void whatOthersWroteCannotSteerTheTerminal() {
    assertEquals("a\\u001b[2J\\n\\u202eb", Text.printable("a\u001b[2J\n\u202eb"));
    assertEquals("äöü 😀", Text.printable("äöü 😀"));
  }

  @Test
  void anUnexpectedErrorAsksToBeReported() {
    CommandLine command = Millrace.commandLine();
    assertTrue(command.getSubcommands().containsKey("metrics"));
    assertEquals(
        "unexpected java.lang.ClassCastException: x; run it with --stack-trace and report what it"
            + " prints",
        Failures.sentence(new ClassCastException("x")));
  }
}
