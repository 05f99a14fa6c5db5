package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.recording.PlayerListener.Progress;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code record}, {@code replay} and {@code tail DIR}. */
@SuppressWarnings("try") // What is only there for others to meet.
class RecordReplayTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);

  @TempDir private Path root;
  @TempDir private Path files;

  private String[] with(String... arguments) {
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--root";
    all[arguments.length + 1] = root.toString();
    return all;
  }

  private static void offer(Producer producer, String text, int type) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    producer.offer(type, new UnsafeBuffer(bytes), 0, bytes.length);
  }

  /** A ring and a topic, each with records, in a recording. */
  private String recorded() {
    String day = files.resolve("day").toString();
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(SMALL);
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        TopicPublisher publisher =
            Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 16))) {
      CommandRun record =
          CommandRun.start(
              with("record", "orders", "prices", "--to", day, "--leave-free", "0", "--release"));
      Eventually.await(
          "joined",
          DEADLINE,
          () -> record.err().contains("ring orders") && record.err().contains("topic prices"));
      for (int i = 0; i < 3; i++) {
        offer(producer, "order " + i, i);
      }
      byte[] bytes = "price".getBytes(StandardCharsets.UTF_8);
      publisher.offer(9, new UnsafeBuffer(bytes), 0, bytes.length);
      Eventually.await(
          "recorded",
          DEADLINE,
          () ->
              ring.counters().retainedPosition() == ring.counters().position()
                  && publisher.counters().retainedPosition() == publisher.counters().position());
      record.interrupt();
      assertEquals(0, record.status(), record.toString());
      assertTrue(record.out().startsWith("recorded 4 records"), record.toString());
      assertTrue(ring.counters().groups().isEmpty(), "released");
    }
    return day;
  }

  @Test
  void whatWasRecordedIsShownAndPlayedAgain() {
    String day = recorded();
    CommandRun tail = CommandRun.of("tail", day, "--format", "text", "--json");
    assertEquals(0, tail.status(), tail.toString());
    List<JsonNode> lines = tail.json();
    assertEquals(4, lines.size());
    assertTrue(tail.out().contains("\"order 2\""), tail.toString());
    assertEquals(1, CommandRun.of("tail", day, "-n", "1").out().lines().count());
    assertEquals(1, CommandRun.of("tail", day, "-t", "9").out().lines().count());
    assertEquals(0, CommandRun.of("tail", day, "--from", "2100-01-01T00:00:00").out().length());

    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(SMALL);
        Publication published = registry.publish("again", ring, Capabilities.none());
        Consumer consumer = ring.addConsumer(GroupOptions.named("g"))) {
      CommandRun replay =
          CommandRun.of(with("replay", day, "--only", "orders", "--into", "again", "--json"));
      assertEquals(0, replay.status(), replay.toString());
      JsonNode summary = replay.json().get(0);
      assertEquals(3, summary.get("records").asInt());
      assertTrue(summary.get("complete").asBoolean());
      assertTrue(summary.get("offNanos").get("max").asLong() >= 0);
      List<String> played = new ArrayList<>();
      consumer.poll(
          (type, buffer, offset, length) ->
              played.add(type + buffer.getStringWithoutLengthUtf8(offset, length)),
          10);
      assertEquals(List.of("0order 0", "1order 1", "2order 2"), played);
      CommandRun fast =
          CommandRun.of(
              with("replay", day, "--only", "orders", "--into", "again", "--speed", "max"));
      assertTrue(fast.out().startsWith("played 3 records, 21 B"), fast.toString());
    }
  }

  @Test
  void aReplayWaitsForReadersAndIsEndedByAnInterrupt() {
    String day = recorded();
    CommandRun replay = CommandRun.start(with("replay", day, "--wait", "--only", "orders"));
    try (Registry registry = Registry.open(root)) {
      Eventually.await("made", DEADLINE, () -> registry.find("orders").isPresent());
      replay.interrupt();
      assertEquals(1, replay.status(), replay.toString());
      assertTrue(replay.out().contains("interrupted"), replay.toString());
      assertTrue(registry.find("orders").isEmpty());
    }
  }

  @Test
  void whatCannotBeDoneIsSaidInASentence() {
    String nothing = files.toString();
    CommandRun tail = CommandRun.of("tail", nothing);
    assertEquals(Millrace.FAILED, tail.status());
    assertTrue(tail.err().contains("there is no recording in " + nothing), tail.err());
    assertEquals(Millrace.FAILED, CommandRun.of(with("replay", nothing)).status());
    assertEquals(2, CommandRun.of(with("replay", nothing, "--speed", "-1")).status());
    assertEquals(2, CommandRun.of(with("replay", nothing, "--from", "noon")).status());
    assertEquals(2, CommandRun.of(with("record", "a")).status());
    CommandRun full =
        CommandRun.of(
            with("record", "a", "--to", files.resolve("x").toString(), "--leave-free", "99999t"));
    assertEquals(Millrace.FAILED, full.status());
    assertTrue(full.err().contains("are to stay free"), full.err());
  }

  @Test
  void theBarSaysHowFarItIs() {
    assertEquals(
        "[=======                       ]  25 %  1,000 records  ETA 3s",
        Replay.bar(new Progress(1000, 1, 0.25, 3_500_000_000L, "")));
    assertEquals(
        "[                              ]   0 %  0 records  waiting for readers of orders",
        Replay.bar(new Progress(0, 0, 0, -1, "orders")));
  }
}
