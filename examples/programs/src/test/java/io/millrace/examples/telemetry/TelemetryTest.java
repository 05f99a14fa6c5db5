package io.millrace.examples.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.examples.ExampleRun;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private final List<ExampleRun> runs = new ArrayList<>();

  @BeforeEach
  void makeRoot() throws IOException {
    root = ExampleRun.makeRoot(folder);
  }

  @AfterEach
  void killAll() {
    runs.forEach(ExampleRun::close);
  }

  @Test
  void everyMessageArrivesThoughAProducerIsKilled() throws Exception {
    ExampleRun run = start(root, "--seconds", "2", "--rate", "500", "--kill");
    assertSuccess(run);
    ExampleRun.assertEmpty(root);
  }

  @Test
  void twoRunsAtOnceDoNotDisturbEachOther() throws Exception {
    ExampleRun first = start(root, "--seconds", "2");
    ExampleRun second = start(root, "--seconds", "2", "--rate", "max");
    assertSuccess(first);
    assertSuccess(second);
    ExampleRun.assertEmpty(root);
  }

  @Test
  void anInterruptedRunLeavesNoProcessAndNoFile() throws Exception {
    ExampleRun run = start(root, "--seconds", "600", "--rate", "100");
    List<ProcessHandle> family = familyOf(run);
    String signal = interruptSignal();
    new ProcessBuilder("kill", signal, Long.toString(run.process().pid())).start().waitFor();
    assertTrue(
        run.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS),
        "still running after " + signal);
    assertNobodyLives(family);
    ExampleRun.assertEmpty(root);
  }

  /**
   * That of Ctrl-C; but what a script starts in the background ignores it, with all its children.
   */
  private static String interruptSignal() throws IOException {
    String ignored =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findAny()
            .orElseThrow();
    boolean ignoresInterrupts = (Long.parseUnsignedLong(ignored, 16) & 1 << 2 - 1) != 0;
    return ignoresInterrupts ? "-TERM" : "-INT";
  }

  @Test
  void theChildrenOfAKilledRunEndAsWell() throws Exception {
    ExampleRun run = start(root, "--seconds", "600", "--rate", "100");
    List<ProcessHandle> family = familyOf(run);
    run.process().destroyForcibly().waitFor();
    assertNobodyLives(family);
  }

  @Test
  void anUnusableRootEndsInOneSentence() throws Exception {
    ExampleRun missing = start(folder.resolve("no/root"), "--seconds", "1");
    assertEquals(
        "telemetry: failed registry root "
            + folder.resolve("no/root")
            + " does not exist and neither does its parent: create "
            + folder.resolve("no"),
        missing.output().strip());
    assertEquals(1, missing.process().exitValue());
  }

  @Test
  void aRateThatIsNoneIsRefused() throws Exception {
    for (String rate : List.of("0", "-1", "10000001", "fast", "")) {
      ExampleRun run = start(root, "--rate", rate);
      assertTrue(
          run.output()
              .contains("'" + rate + "' is no rate: give a number from 1 to 10000000, or max"),
          run.output());
      assertEquals(2, run.process().exitValue());
    }
  }

  @Test
  void theDefaultSaysWhatItChose() {
    assertEquals("2000", Rate.fitting(2, 3).toString());
    assertEquals("1", Rate.fitting(1, 64_000).toString());
    assertEquals(0, Rate.of(Rate.MAX.toString()).intervalNanos());
    assertEquals(500_000, Rate.of("2000").intervalNanos());
  }

  private ExampleRun start(Path registryRoot, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("telemetry"));
    arguments.addAll(List.of(options));
    ExampleRun run = ExampleRun.start(registryRoot, folder, arguments.toArray(String[]::new));
    runs.add(run);
    return run;
  }

  /** The four children, once all of them are there. */
  private static List<ProcessHandle> familyOf(ExampleRun run) {
    Eventually.await(
        "the aggregator and three producers",
        PATIENCE,
        () -> run.process().descendants().count() == 4);
    return run.process().descendants().toList();
  }

  private static void assertNobodyLives(List<ProcessHandle> family) {
    Eventually.await(
        "no process stays behind",
        PATIENCE,
        () -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  private static void assertSuccess(ExampleRun run) throws Exception {
    Matcher last = run.assertSuccess(SUCCESS);
    assertEquals(last.group(1), last.group(2), "received what was sent");
    assertTrue(Long.parseLong(last.group(1)) > 0, "something was sent");
  }
}
