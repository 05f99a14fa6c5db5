package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command shows of another process, which does not notice. */
class LookingTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String SCHEMA = "../programs/src/main/sbe/telemetry.xml";

  @TempDir private static Path root;
  @TempDir private static Path files;
  private static ChildProcess peer;

  @BeforeAll
  static void start() {
    peer = ChildProcess.start(Peer.class, root.toString(), files.toString());
    peer.expectLine("ready", SOON);
  }

  @AfterAll
  static void end() {
    peer.close();
  }

  private static void tell(String line) {
    peer.send(line);
    peer.expectLine("done " + line, SOON);
  }

  private static CommandRun run(String... arguments) {
    return CommandRun.of(with(arguments));
  }

  private static String[] with(String... arguments) {
    return Stream.concat(Stream.of(arguments), Stream.of("--root", root.toString()))
        .toArray(String[]::new);
  }

  @Test
  void servicesAreListedForHumansAndForScripts() {
    CommandRun text = run("ls");
    assertEquals(0, text.status());
    List<String> lines = text.out().lines().toList();
    assertTrue(lines.get(0).startsWith("NAME "), text.toString());
    String line = lines.stream().filter(row -> row.startsWith("prices ")).findFirst().orElse("");
    assertTrue(line.contains(" ring ") && line.contains(" " + peer.pid() + " "), text.toString());
    assertTrue(line.endsWith("pidfd"), line);

    JsonNode json = run("ls", "--json", "--kind", "ring").json().get(0);
    assertEquals("prices", json.get("name").asText());
    assertEquals("alive", json.get("state").asText());
    assertEquals(peer.pid(), json.get("pid").asInt());
    assertTrue(json.get("command").asText().contains("Peer"), json.toString());
    assertEquals(1, json.get("generation").asInt());
    assertEquals("cent", json.get("capabilities").get("unit").asText());
    assertTrue(json.get("bytes").asLong() > 1 << 16, json.toString());
    assertEquals("", run("ls", "--kind", "other").out());
  }

  @Test
  void aRingIsReadWithoutAPlaceInIt() {
    String text = run("stat", "prices", "-n", "1", "-i", "10ms").out();
    assertTrue(text.contains("BACK-PRESSURE/S") && text.contains("shared, retained"), text);
    assertEquals(1, run("stat", "prices", "-n", "1", "-i", "10ms", "--json").json().size());
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          tell("offer first");
          CommandRun run = run("stat", "prices", "--json", "-n", "2", "-i", "10ms");
          assertEquals(0, run.status(), run.toString());
          assertEquals(2, run.json().size());
          JsonNode now = run.json().get(1);
          // All places are the peer's, and nobody else has joined.
          assertEquals(2, now.get("joins").asInt());
          assertTrue(now.get("fill").asDouble() > 0, now.toString());
          assertEquals(1, now.get("producers").size());
          assertEquals(peer.pid(), now.get("producers").get(0).get("pid").asInt());
          JsonNode slow = group(now, "slow");
          JsonNode live = group(now, "live");
          assertTrue(slow.get("lag").asLong() > 0, now.toString());
          assertTrue(slow.get("retained").asBoolean() && slow.get("shared").asBoolean());
          assertEquals(0, live.get("lag").asLong());
          assertEquals(1, live.get("consumers").asInt());
        });
  }

  private static JsonNode group(JsonNode rates, String name) {
    for (JsonNode group : rates.get("groups")) {
      if (group.get("name").asText().equals(name)) {
        return group;
      }
    }
    throw new AssertionError("no group " + name + " in " + rates);
  }

  @Test
  void recordsAreShownAsHexTextAndBySchema() {
    CommandRun text = CommandRun.start(with("tail", "prices", "-f", "text", "-t", "7", "-n", "1"));
    CommandRun hex = CommandRun.start(with("tail", "prices", "-t", "7", "-n", "1"));
    CommandRun json = CommandRun.start(with("tail", "prices", "--json", "-t", "7", "-n", "1"));
    CommandRun sbe =
        CommandRun.start(with("tail", "prices", "--schema", SCHEMA, "-t", "8", "-n", "1"));
    CommandRun sbeJson =
        CommandRun.start(
            with("tail", "prices", "--schema", SCHEMA, "--json", "-t", "8", "-n", "1"));
    // A new observer sees what comes after it.
    Eventually.await(
        "all have seen a record",
        SOON,
        () -> {
          tell("offer a\u001b[31mb");
          tell("sample 42");
          return Stream.of(text, hex, json, sbe, sbeJson).allMatch(CommandRun::isDone);
        });
    assertTrue(text.out().endsWith("type 7  7 bytes  a\\u001b[31mb\n"), text.toString());
    assertTrue(hex.out().endsWith("61 1b 5b 33 31 6d 62  |a.[31mb|\n"), hex.toString());
    assertEquals("611b5b33316d62", json.json().get(0).get("payload").asText());
    assertTrue(sbe.out().contains("CpuSample {"), sbe.toString());
    JsonNode message = sbeJson.json().get(0).get("payload").get("CpuSample");
    assertEquals(42, message.get("running").asInt(), sbeJson.toString());
  }

  @Test
  void aSnapshotIsCopied() {
    tell("write one");
    String path = files.resolve("snapshot").toString();
    CommandRun get = CommandRun.of("snapshot", "get", path, "-f", "text");
    assertEquals(0, get.status());
    assertTrue(get.out().endsWith("3 bytes  one\n"), get.toString());
    CommandRun watch =
        CommandRun.start("snapshot", "watch", path, "-n", "2", "--json", "-i", "1ms");
    Eventually.await(
        "a newer value is seen",
        SOON,
        () -> {
          tell("write other");
          return watch.isDone();
        });
    List<JsonNode> values = watch.json();
    assertTrue(
        values.get(0).get("version").asLong() < values.get(1).get("version").asLong(),
        watch.toString());
    assertEquals("6f74686572", values.get(1).get("payload").asText());
  }

  @Test
  void aBarrierShowsWhoIsMissing() {
    tell("join phase");
    tell("arrive");
    JsonNode json = run("barrier", "phase", "--json").json().get(0);
    assertEquals(1, json.get("arrived").asInt(), json.toString());
    assertEquals("arrived", json.get("parties").get(0).get("state").asText());
    assertEquals(peer.pid(), json.get("parties").get(0).get("pid").asInt());
    assertEquals("free", json.get("parties").get(1).get("state").asText());
    CommandRun text = run("barrier", "phase");
    assertEquals(0, text.status());
    assertTrue(text.out().startsWith("phase  generation 0  1 of 3 have arrived\n"), text.out());
  }

  @Test
  void anAliveFileIsProbed() {
    String path = files.resolve("alive").toString();
    assertEquals(Millrace.NO, CommandRun.of("alive", path).status());
    assertFalse(Files.exists(Path.of(path)));
    tell("hold");
    assertEquals(path + ": alive\n", CommandRun.of("alive", path, "--wait", "30s").out());
    assertEquals(0, CommandRun.of("alive", path).status());
    tell("release");
    CommandRun ended = CommandRun.of("alive", path, "--wait-end", "30s", "--json");
    assertEquals("ended", ended.json().get(0).get("state").asText());
    assertEquals(Millrace.NO, ended.status());
  }

  @Test
  void lookingMakesNoRegistry() throws IOException {
    Path missing = files.resolve("missing");
    for (String[] command :
        List.of(
            new String[] {"ls"},
            new String[] {"gc"},
            new String[] {"gc", "--dry-run"},
            new String[] {"doctor"},
            new String[] {"metrics"},
            new String[] {"stat", "a"},
            new String[] {"tail", "a"},
            new String[] {"publish", "a"},
            new String[] {"barrier", "a"})) {
      CommandRun.of(
          Stream.concat(Stream.of(command), Stream.of("--root", missing.toString()))
              .toArray(String[]::new));
      assertFalse(Files.exists(missing), String.join(" ", command));
    }
    CommandRun stat = CommandRun.of("stat", "a", "--root", missing.toString());
    assertEquals(Millrace.FAILED, stat.status());
    assertEquals(
        "millrace stat: no service a is published: registry root " + missing + " does not exist\n",
        stat.err());
  }
}
