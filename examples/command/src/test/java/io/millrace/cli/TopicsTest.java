package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.message.MessageSchema;
import io.millrace.message.Messages;
import io.millrace.os.Descriptor;
import io.millrace.os.Memfd;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
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
  private static final Duration DEADLINE = Duration.ofSeconds(60);
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

  interface Orders {
    void placed(long id, int quantity);
  }

  private static void publishUntilDone(CommandRun tail, Orders... writers) {
    Eventually.await(
        "the end of tail",
        DEADLINE,
        () -> {
          for (Orders writer : writers) {
            writer.placed(7, 3);
          }
          return tail.isDone();
        });
    assertEquals(0, tail.status(), tail.toString());
  }

  @Test
  void tailShowsMessagesByTheSchemaThatAPublisherCarries() {
    PublisherOptions options = SMALL.schema(MessageSchema.of(Orders.class));
    try (Registry registry = Registry.open(root);
        TopicPublisher one = Topic.publisher(registry, "orders", options);
        TopicPublisher two = Topic.publisher(registry, "orders", SMALL)) {
      CommandRun tail = CommandRun.start(with("tail", "orders", "-n", "2"));
      publishUntilDone(tail, Messages.writer(Orders.class, one));
      assertTrue(tail.out().contains("placed {\"p1\":7,\"p2\":3}"), tail.toString());
      CommandRun raw = CommandRun.start(with("tail", "orders", "-n", "2", "-f", "hex"));
      publishUntilDone(raw, Messages.writer(Orders.class, one));
      assertFalse(raw.out().contains("placed"), raw.toString());
      String plain = two.service().name();
      CommandRun bytes = CommandRun.start(with("tail", plain, "-n", "1", "-f", "sbe"));
      publishUntilDone(bytes, Messages.writer(Orders.class, two));
      assertTrue(bytes.err().contains(plain + " carries no schema"), bytes.toString());
    }
  }

  @Test
  void tailOfARingWhoseSchemaIsNoneSaysSoAndShowsBytes() {
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 16).maxWaiters(1));
        Descriptor noSchema = Memfd.constant("schema", new byte[] {'<', 'a', '/', '>'});
        Producer producer = ring.addProducer()) {
      ring.attach(noSchema.number());
      registry.publish(ServiceSpec.named("orders").kind("ring").ring(ring));
      CommandRun tail = CommandRun.start(with("tail", "orders", "-n", "1"));
      publishUntilDone(tail, Messages.writer(Orders.class, producer));
      assertTrue(tail.err().contains("orders: the schema that the ring carries"), tail.toString());
      assertTrue(tail.out().contains("07 00 00 00 00 00 00 00"), tail.toString());
    }
  }
}
