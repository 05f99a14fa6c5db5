package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import io.millrace.testkit.Eventually;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import io.millrace.topic.TopicSubscriber;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final PublisherOptions SMALL = PublisherOptions.capacity(1 << 16);

  @TempDir Path root;

  private CommandRun run(String... arguments) {
    return CommandRun.of(with(arguments));
  }

  private String[] with(String... arguments) {
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--root";
    all[arguments.length + 1] = root.toString();
    return all;
  }

  @Test
  void theMembersOfTopicsAreListedByTopic() {
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber =
            Topic.subscriber(registry, "prices", GroupOptions.named("screen"));
        TopicPublisher publisher = Topic.publisher(registry, "prices", SMALL)) {
      CommandRun run = run("ls");
      assertEquals(0, run.status(), run.toString());
      List<String> lines = run.out().lines().toList();
      assertTrue(lines.get(0).startsWith("TOPIC "), run.toString());
      assertTrue(lines.get(1).startsWith("prices  publisher "), run.toString());
      assertTrue(lines.get(1).endsWith(publisher.service().name()), run.toString());
      assertTrue(lines.get(2).startsWith("prices  subscriber  screen "), run.toString());
      assertEquals(3, lines.size());
      assertEquals(0, subscriber.publishers().size());
    }
  }

  @Test
  void statAndTailTakeTheNameOfATopic() {
    try (Registry registry = Registry.open(root);
        TopicPublisher one = Topic.publisher(registry, "prices", SMALL);
        TopicPublisher two = Topic.publisher(registry, "prices", SMALL)) {
      List<JsonNode> stat = run("stat", "prices", "--json", "-n", "1", "-i", "10ms").json();
      assertEquals(2, stat.size());
      CommandRun tail = CommandRun.start(with("tail", "prices", "-f", "text", "-n", "2"));
      UnsafeBuffer message = new UnsafeBuffer("hello".getBytes(StandardCharsets.UTF_8));
      Eventually.await(
          "two lines",
          DEADLINE,
          () -> {
            one.offer(1, message, 0, 5);
            two.offer(1, message, 0, 5);
            return tail.isDone();
          });
      assertTrue(tail.out().contains("hello"), tail.toString());
      assertTrue(tail.out().contains("topic."), tail.toString());
    }
  }
}
