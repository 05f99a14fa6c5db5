package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.Examples;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern SUCCESS =
      Pattern.compile(
          "telemetry: ok sent=(\\d+) received=(\\d+) lost=0 producers=3"
              + " p50_ns=\\d+ p99_ns=\\d+ p99.9_ns=\\d+ max_ns=\\d+");

  @TempDir private Path folder;
  private Path root;
  private final Map<Process, Path> outputs = new HashMap<>();

  @BeforeEach
  void makeRoot() throws IOException {
    root =
        Files.createDirectory(
            folder.resolve("root"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  @AfterEach
  void killAll() {
    outputs.keySet().forEach(Process::destroyForcibly);
  }

  @Test
  void everyMessageArrivesThoughAProducerIsKilled() throws Exception {
    Process run = start(root, "--seconds", "2", "--rate", "500", "--kill");
    assertSuccess(run);
    assertEmpty(root);
  }

  @Test
  void twoRunsAtOnceDoNotDisturbEachOther() throws Exception {
    Process first = start(root, "--seconds", "2");
    Process second = start(root, "--seconds", "2");
    assertSuccess(first);
    assertSuccess(second);
    assertEmpty(root);
  }

  @Test
  void anInterruptedRunLeavesNoProcessAndNoFile() throws Exception {
    Process run = start(root, "--seconds", "600", "--rate", "100");
    List<ProcessHandle> family = familyOf(run);
    new ProcessBuilder("kill", "-INT", Long.toString(run.pid())).start().waitFor();
    assertTrue(run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "still running after SIGINT");
    assertNobodyLives(family);
    assertEmpty(root);
  }

  @Test
  void theChildrenOfAKilledRunEndAsWell() throws Exception {
    Process run = start(root, "--seconds", "600", "--rate", "100");
    List<ProcessHandle> family = familyOf(run);
    run.destroyForcibly().waitFor();
    assertNobodyLives(family);
  }

  @Test
  void anUnusableRootEndsInOneSentence() throws Exception {
    Process missing = start(folder.resolve("no/root"), "--seconds", "1");
    assertEquals(
        "telemetry: failed registry root "
            + folder.resolve("no/root")
            + " does not exist and neither does its parent: create "
            + folder.resolve("no"),
        output(missing).strip());
    assertEquals(1, missing.exitValue());
  }

  private Process start(Path registryRoot, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("millrace.jvm.flags").split(" ")));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Examples.class.getName(), "telemetry"));
    command.addAll(List.of(options));
    Path output = Files.createTempFile(folder, "run", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("MILLRACE_DIR", registryRoot.toString());
    Process process = builder.start();
    outputs.put(process, output);
    return process;
  }

  /** The four children, once all of them are there. */
  private static List<ProcessHandle> familyOf(Process run) {
    Eventually.await(
        "the aggregator and three producers", PATIENCE, () -> run.descendants().count() == 4);
    return run.descendants().toList();
  }

  private static void assertNobodyLives(List<ProcessHandle> family) {
    Eventually.await(
        "no process stays behind",
        PATIENCE,
        () -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  private void assertSuccess(Process run) throws Exception {
    List<String> lines = output(run).lines().toList();
    Matcher last = SUCCESS.matcher(lines.get(lines.size() - 1));
    assertTrue(last.matches(), () -> String.join("\n", lines));
    assertEquals(last.group(1), last.group(2), "received what was sent");
    assertTrue(Long.parseLong(last.group(1)) > 0, "something was sent");
    assertEquals(0, run.exitValue());
  }

  private String output(Process run) throws Exception {
    assertTrue(run.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "still running");
    return Files.readString(outputs.get(run));
  }

  private static void assertEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
  }
}
