package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.barrier.Barrier;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services that come and go, and the two commands that change something. */
class ChangesTest {
  private static final long SELF = ProcessHandle.current().pid();
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path root;
  private final InputStream input = System.in;

  @AfterEach
  void giveInputBack() {
    System.setIn(input);
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(with(arguments));
  }

  private String[] with(String... arguments) {
    return Stream.concat(Stream.of(arguments), Stream.of("--root", root.toString()))
        .toArray(String[]::new);
  }

  private static void type(String text) {
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aDeathIsToldAndItsRecordIsShownUntilItIsCollected() throws IOException {
    CommandRun watch = CommandRun.start(with("watch", "--json", "-n", "2"));
    try (ChildProcess peer = ChildProcess.start(Peer.class, root.toString(), root.toString())) {
      peer.expectLine("ready", SOON);
      Eventually.await("it is up", SOON, () -> watch.out().contains("\"up\""));
      peer.kill();
    }
    assertEquals(0, watch.status());
    List<String> events = watch.json().stream().map(event -> event.get("event").asText()).toList();
    assertEquals(List.of("up", "died"), events, watch.toString());

    assertEquals("", run("ls").out());
    JsonNode dead = run("ls", "--all", "--json").json().get(0);
    assertEquals("dead", dead.get("state").asText(), dead.toString());
    assertTrue(run("ls", "--all").out().contains("(dead)"));

    assertTrue(run("gc", "--dry-run").out().startsWith(".server."));
    assertTrue(run("ls", "--all").out().contains("prices"));
    CommandRun gc = run("gc");
    assertTrue(gc.out().contains("prices\n"), gc.toString());
    assertEquals(gc.out().lines().count() + " files removed\n", gc.err());
    assertEquals(0, gc.status());
    try (Stream<Path> left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aWatchWaitsForARegistryThatDoesNotExistYet() {
    Path later = root.resolve("later");
    CommandRun watch = CommandRun.start("watch", "--root", later.toString(), "-n", "1");
    Eventually.await("it waits", SOON, () -> watch.err().contains("waiting for it"));
    assertFalse(Files.exists(later));
    try (Registry registry = Registry.open(later);
        Publication published = registry.publish(ServiceSpec.named("a").kind("x"))) {
      assertEquals(0, watch.status());
      assertTrue(
          watch.out().endsWith("  up         a  x of process " + SELF + ", generation 1\n"),
          watch.toString());
      assertEquals("a", published.service().name());
    }
  }

  @Test
  void eachLineOfTheInputBecomesARecord() {
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("notes", ring, Capabilities.none());
        Consumer consumer = ring.addConsumer(GroupOptions.named("test"))) {
      type("one\ntwö\n");
      CommandRun text = run("publish", published.service().name(), "--type", "5");
      assertEquals("published 2 records\n", text.out(), text.toString());
      type("00ff\n  10 20\n\n");
      assertEquals(
          3, run("publish", "notes", "--hex", "--json").json().get(0).get("records").asInt());
      assertEquals(List.of("5 one", "5 twö", "1 \u0000\u00ff", "1 \u0010 ", "1 "), drain(consumer));

      type("00\n0g\n");
      CommandRun wrong = run("publish", "notes", "--hex");
      assertEquals(Millrace.FAILED, wrong.status());
      assertEquals(
          "millrace publish: line 2 is not made of pairs of hexadecimal digits\n", wrong.err());
    }
  }

  private static List<String> drain(Consumer consumer) {
    List<String> records = new ArrayList<>();
    consumer.poll(
        (type, buffer, offset, length) -> {
          byte[] bytes = new byte[length];
          buffer.getBytes(offset, bytes);
          boolean text = type == 5;
          records.add(
              type
                  + " "
                  + new String(bytes, text ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
        },
        100);
    return records;
  }

  @Test
  void aFullRingIsSaidToBeFull() {
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("full", ring, Capabilities.none())) {
      ring.addGroup(GroupOptions.named("nobody").retained());
      type(("x".repeat(20_000) + "\n").repeat(4));
      CommandRun run = run("publish", published.service().name(), "--timeout", "10ms");
      assertEquals(Millrace.FAILED, run.status());
      assertEquals(
          "millrace publish: no room in ring full for 10 ms, after 3 records: 'millrace stat full'"
              + " shows which group is behind\n",
          run.err());
    }
  }

  @Test
  void aRingCanBeMadeToTryThingsOut() throws IOException {
    type("one\n");
    CommandRun run = run("publish", "demo", "--create", "64k");
    assertEquals("published 1 records\n", run.out());
    assertEquals("published demo in " + root + "\n", run.err());
    try (Stream<Path> left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aBrokenBarrierIsANo() throws Exception {
    try (Registry registry = Registry.open(root);
        Barrier survivor = Barrier.createOrJoin(registry, "phase", 2)) {
      Barrier.createOrJoin(registry, "phase", 2).close();
      CommandRun run = run("barrier", "phase");
      assertEquals(Millrace.NO, run.status());
      assertTrue(
          run.out().contains("BROKEN: generation 0 is broken: the party with pid " + SELF),
          run.out());
      assertTrue(survivor.isBroken());
    }
  }

  @Test
  void countersAreHandedToMonitoring() throws Exception {
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("m", ring, Capabilities.none());
        Consumer consumer = ring.addConsumer(GroupOptions.named("test"))) {
      type("one\n");
      run("publish", published.service().name());
      assertEquals(List.of("1 one"), drain(consumer));
      String text = run("metrics").out();
      assertTrue(text.contains("millrace_ring_capacity_bytes{ring=\"m\"} 65536.0"), text);
      assertTrue(text.contains("millrace_ring_position_bytes_total{ring=\"m\"} 64.0"), text);
      assertTrue(text.contains("millrace_group_lag_bytes{group=\"test\",ring=\"m\"} 0.0"), text);
      assertTrue(text.contains("# TYPE millrace_consumer_records_total counter"), text);
      CommandRun other = run("metrics", "other");
      assertEquals("", other.out());
      assertEquals(Millrace.FAILED, other.status(), other.toString());
    }
  }

  @Test
  void countersAreServedWhileRingsComeAndGo() throws Exception {
    CommandRun run = CommandRun.start(with("metrics", "--port", "0", "--jmx"));
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 16))) {
      Eventually.await("it serves", SOON, () -> run.err().contains("MBeans"));
      String address =
          run.err().lines().filter(line -> line.startsWith("serving ")).findFirst().orElseThrow();
      Publication published = registry.publish("late", ring, Capabilities.none());
      assertTrue(MonitoringClient.get(address).contains("{ring=\"late\"}"));
      Eventually.await("MBeans", SOON, () -> MonitoringClient.beans().contains("late"));
      published.close();
      assertEquals("", MonitoringClient.get(address));
    } finally {
      run.interrupt();
      assertEquals(0, run.status());
    }
    Eventually.await("no MBeans", SOON, () -> MonitoringClient.beans().equals("[]"));
  }
}
