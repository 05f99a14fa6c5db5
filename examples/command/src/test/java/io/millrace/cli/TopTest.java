package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // What is only there for others to meet.
class TopTest {
  @TempDir private Path root;
  private final UnsafeBuffer payload = new UnsafeBuffer(new byte[100]);

  private CommandRun top(String... more) {
    String[] usual = {"top", "-n", "1", "-i", "10ms", "--root", root.toString()};
    String[] all = new String[usual.length + more.length];
    System.arraycopy(usual, 0, all, 0, usual.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    CommandRun run = CommandRun.of(all);
    assertEquals(0, run.status(), run.toString());
    return run;
  }

  private static List<String> names(JsonNode object) {
    return StreamSupport.stream(object.get("rings").spliterator(), false)
        .map(ring -> ring.get("name").asText())
        .toList();
  }

  @Test
  void allRingsAndTopicsAreInOneSortedTable() {
    try (Registry registry = Registry.open(root);
        Ring full = Ring.create(RingOptions.capacity(1 << 16));
        Ring empty = Ring.create(RingOptions.capacity(1 << 16));
        Publication one = registry.publish("a-empty", empty, Capabilities.none());
        Publication two = registry.publish("full", full, Capabilities.none());
        TopicPublisher first =
            Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 16));
        TopicPublisher second =
            Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 16));
        Producer producer = full.addProducer()) {
      full.addGroup(GroupOptions.named("slow").retained());
      for (int i = 0; i < 512; i++) {
        producer.offer(1, payload, 0, 48);
      }
      List<JsonNode> json = top("--json", "--sort", "fill").json();
      assertEquals(1, json.size());
      assertEquals(List.of("full", "a-empty", "prices"), names(json.get(0)));
      JsonNode line = json.get(0).get("rings").get(0);
      assertEquals(0.5, line.get("fill").asDouble());
      assertEquals(32768, line.get("lag").asLong());
      assertEquals("slow", line.get("slowest").asText());
      assertEquals(1, line.get("producers").asInt());
      assertEquals(2, json.get(0).get("rings").get(2).get("producers").asInt());
      assertEquals(
          List.of("a-empty", "full", "prices"),
          names(top("--json", "--sort", "name").json().get(0)));
    }
  }

  @Test
  void aNarrowTerminalHasTheFirstColumns() {
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published =
            registry.publish("a-rather-long-name-of-a-ring", ring, Capabilities.none())) {
      assertTrue(top().out().contains("CONSUMERS"));
      for (int width = 1; width < 150; width += 7) {
        for (String line : top("--width", Integer.toString(width)).out().lines().toList()) {
          assertTrue(line.length() <= width, width + ": " + line);
        }
      }
      assertFalse(top("--width", "60").out().contains("CONSUMERS"));
      assertTrue(top("--width", "60").out().contains("RECORDS/S"));
    }
  }

  @Test
  void anEmptyRegistryIsAnEmptyTable() {
    assertEquals(0, top().status());
    assertEquals("{\"rings\":[]}", top("--json").out().strip());
  }
}
