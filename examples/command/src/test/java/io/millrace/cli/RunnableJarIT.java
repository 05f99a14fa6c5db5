package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.Eventually;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that the build made, started as its users start it: without any flag. */
class RunnableJarIT {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path folder;

  @Test
  void theJarRunsWithoutFlagsAndWithoutWarnings() throws Exception {
    Path input = Files.writeString(folder.resolve("input"), "one\ntwo\n");
    Path root = folder.resolve("registry");
    Process publish =
        start(
            new ProcessBuilder().redirectInput(input.toFile()),
            "publish",
            "two words",
            "--create",
            "64k",
            "--root",
            root.toString());
    assertEquals(3, status(publish));
    assertTrue(
        text("err").startsWith("millrace publish: service name \"two words\" is not allowed"),
        text("err"));
    assertEquals(1, text("err").lines().count(), text("err"));

    Process create =
        start(
            new ProcessBuilder().redirectInput(input.toFile()),
            "publish",
            "demo",
            "--create",
            "64k",
            "--root",
            root.toString());
    assertEquals(0, status(create));
    assertEquals("published demo in " + root + "\n", text("err"));
    assertEquals("published 2 records\n", text("out"));
  }

  @Test
  void itStartsItselfAgainToRecordAndReplayWithoutWarnings() throws Exception {
    String day = folder.resolve("day").toString();
    String root = folder.resolve("registry").toString();
    Process record =
        start(
            new ProcessBuilder(), "record", "a", "--to", day, "--root", root, "--leave-free", "0");
    Eventually.await(
        "the recorder is there",
        Duration.ofSeconds(PATIENCE_SECONDS),
        () -> {
          // It is published once the recording is open: before, Chronicle's classes are still
          // loading.
          String[] services = new File(root).list((directory, name) -> !name.startsWith("."));
          return services != null && services.length > 0;
        });
    record.destroy(); // SIGTERM, and it is the same process: nobody else holds the directory.
    assertEquals(143, status(record));
    assertEquals("", text("err"));
    assertEquals("recorded 0 records, 0 B\n", text("out"));
  }

  @Test
  void theBridgeRunsWithoutFlagsAndWithoutWarnings() throws Exception {
    Path notes = folder.resolve("notes");
    Process receiver =
        start(
            new ProcessBuilder(),
            "bridge",
            "--listen",
            "aeron:udp?endpoint=127.0.0.1:0",
            "--archive",
            "127.0.0.1:9",
            "--host",
            "127.0.0.1",
            "--dir",
            notes.toString(),
            "--driver",
            folder.resolve("driver").toString(),
            "--root",
            folder.resolve("registry").toString());
    Eventually.await(
        "the receiver's notes",
        Duration.ofSeconds(PATIENCE_SECONDS),
        () -> Files.exists(notes.resolve("received")));
    receiver.destroy();
    assertEquals(143, status(receiver), text("err"));
    assertFalse(text("err").contains("WARNING"), text("err"));
    assertEquals("received 0 records\n", text("out"), text("err"));
  }

  private Process start(ProcessBuilder builder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-jar", Path.of("target", "millrace.jar").toString()));
    command.addAll(List.of(arguments));
    builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
    return builder
        .command(command)
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private static int status(Process process) throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
    return process.exitValue();
  }

  private String text(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }
}
