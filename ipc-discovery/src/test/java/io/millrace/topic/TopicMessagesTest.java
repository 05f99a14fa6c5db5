package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.message.Ascii;
import io.millrace.message.Messages;
import io.millrace.ring.BackPressureException;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.RecordSender;
import io.millrace.ring.WaitStrategy;
import io.millrace.testkit.Eventually;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicMessagesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** More than a ring has room for. */
  private static final int MANY = 10_000;

  interface Orders {
    void placed(long id, @Ascii(8) CharSequence symbol, int amount);

    boolean cancelled(long id);
  }

  @TempDir Path root;

  private static Orders writer(RecordSender sender) {
    return Messages.writer(MethodHandles.lookup(), Orders.class, sender);
  }

  private static RecordHandler reader(List<String> calls) {
    return Messages.reader(
        MethodHandles.lookup(),
        Orders.class,
        new Orders() {
          @Override
          public void placed(long id, CharSequence symbol, int amount) {
            calls.add("placed " + id + " " + symbol + " " + amount);
          }

          @Override
          public boolean cancelled(long id) {
            calls.add("cancelled " + id);
            return true;
          }
        },
        (type, buffer, offset, length) -> calls.add("unknown"));
  }

  @Test
  void anInterfaceIsTheProtocolOfATopic() {
    List<String> calls = new ArrayList<>();
    RecordHandler reader = reader(calls);
    try (Registry registry = Registry.open(root);
        TopicPublisher publisher =
            Topic.publisher(registry, "orders", PublisherOptions.capacity(1 << 16));
        TopicSubscriber subscriber =
            Topic.subscriber(registry, "orders", GroupOptions.named("book").startingAtOldest())) {
      Orders orders = writer(publisher);
      orders.placed(7, "MILL", 100);
      assertTrue(orders.cancelled(7));
      Eventually.await(
          "two calls",
          DEADLINE,
          () -> {
            subscriber.poll(reader, 10);
            return calls.size() == 2;
          });
      assertEquals(List.of("placed 7 MILL 100", "cancelled 7"), calls);
    }
  }

  @Test
  void aFullRingIsToldByTheWriter() {
    try (Registry registry = Registry.open(root);
        TopicPublisher publisher =
            Topic.publisher(
                registry,
                "orders",
                PublisherOptions.capacity(1 << 16).required(GroupOptions.named("audit")))) {
      Orders orders = writer(publisher);
      Eventually.await("the ring is full", DEADLINE, () -> !orders.cancelled(1));
      assertThrows(BackPressureException.class, () -> orders.placed(1, "MILL", 1));
      Orders waiting =
          writer(publisher.waiting(WaitStrategy.blocking(), TimeUnit.MILLISECONDS.toNanos(1)));
      assertFalse(waiting.cancelled(1));
      assertThrows(BackPressureException.class, () -> waiting.placed(1, "MILL", 1));
    }
  }

  @Test
  void aWaitingWriterLosesNothingToASlowSubscriber() throws Exception {
    List<String> calls = new ArrayList<>();
    RecordHandler reader = reader(calls);
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber =
            Topic.subscriber(registry, "orders", GroupOptions.named("book"))) {
      CompletableFuture<Void> publishing =
          CompletableFuture.runAsync(
              () -> {
                try (TopicPublisher publisher =
                    Topic.publisher(registry, "orders", PublisherOptions.capacity(1 << 16))) {
                  Orders orders =
                      writer(publisher.waiting(WaitStrategy.blocking(), DEADLINE.toNanos()));
                  for (int i = 0; i < MANY; i++) {
                    assertTrue(orders.cancelled(i));
                  }
                }
              });
      Eventually.await(
          "all calls",
          DEADLINE,
          () -> {
            subscriber.poll(reader, 100);
            return calls.size() >= MANY || publishing.isCompletedExceptionally();
          });
      publishing.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      for (int i = 0; i < MANY; i++) {
        assertEquals("cancelled " + i, calls.get(i));
      }
    }
  }
}
