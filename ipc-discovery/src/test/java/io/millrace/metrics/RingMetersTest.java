package io.millrace.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.ClosedException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.nio.file.Path;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // What is only there for others to meet.
class RingMetersTest {
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);

  @TempDir private Path root;
  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final UnsafeBuffer payload = new UnsafeBuffer(new byte[100]);

  private boolean isScraped(String start) {
    return prometheus.scrape().lines().anyMatch(line -> line.startsWith(start));
  }

  private double scraped(String series) {
    List<String> found =
        prometheus.scrape().lines().filter(line -> line.startsWith(series + " ")).toList();
    assertEquals(1, found.size(), () -> series + " in " + prometheus.scrape());
    return Double.parseDouble(found.get(0).substring(series.length() + 1));
  }

  @Test
  void theCountersOfARingOfThisProcessAreScraped() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(GroupOptions.named("risk"));
        RingMeters meters = RingMeters.of("orders", ring)) {
      meters.bindTo(prometheus);
      assertEquals(65536, scraped("millrace_ring_capacity_bytes{ring=\"orders\"}"));
      for (int i = 0; i < 4; i++) {
        producer.offer(1, payload, 0, 48);
      }
      consumer.poll((type, buffer, offset, length) -> {}, 3);
      meters.refresh();
      assertEquals(256, scraped("millrace_ring_position_bytes_total{ring=\"orders\"}"));
      assertEquals(64, scraped("millrace_group_lag_bytes{group=\"risk\",ring=\"orders\"}"));
      assertEquals(64 / 65536.0, scraped("millrace_ring_fill{ring=\"orders\"}"));
      String pid = "pid=\"" + ProcessHandle.current().pid() + "\",ring=\"orders\",slot=\"0\"}";
      assertEquals(4, scraped("millrace_producer_records_total{" + pid));
      assertEquals(192, scraped("millrace_producer_payload_bytes_total{" + pid));
      assertEquals(3, scraped("millrace_consumer_records_total{group=\"risk\"," + pid));
      assertEquals(1, scraped("millrace_consumer_alive{group=\"risk\"," + pid));
    }
    assertFalse(isScraped("millrace_"), "what is closed is not shown any more");
  }

  @Test
  void ringsAndMembersOfARegistryComeAndGo() {
    try (Registry registry = Registry.open(root);
        RingMeters meters =
            RingMeters.ofRegistry(RegistryOptions.defaults().root(root), "orders", "prices")) {
      meters.bindTo(prometheus);
      assertEquals(List.of("orders", "prices"), meters.missing());
      try (Ring ring = Ring.create(SMALL);
          Publication other = registry.publish("other", ring, Capabilities.none());
          Publication orders = registry.publish("orders", ring, Capabilities.none())) {
        meters.refresh();
        assertEquals(List.of("prices"), meters.missing());
        assertEquals(1, scraped("millrace_ring_readable{ring=\"orders\"}"));
        assertFalse(isScraped("millrace_producer"));
        assertFalse(prometheus.scrape().contains("other"));
        try (Producer producer = ring.addProducer()) {
          meters.refresh();
          assertTrue(isScraped("millrace_producer_records_total{"));
        }
        meters.refresh();
        assertFalse(isScraped("millrace_producer"));
      }
      meters.refresh();
      assertFalse(isScraped("millrace_"));
    }
  }

  @Test
  void publishersOfTopicsAreRingsToo() {
    try (Registry registry = Registry.open(root);
        TopicPublisher publisher =
            Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 16));
        RingMeters meters = RingMeters.ofRegistry(RegistryOptions.defaults().root(root))) {
      meters.bindTo(prometheus);
      publisher.offer(1, payload, 0, 48);
      meters.refresh();
      String name = publisher.service().name();
      assertEquals(64, scraped("millrace_ring_position_bytes_total{ring=\"" + name + "\"}"));
    }
  }

  @Test
  void oneSetOfMetersCanBeInSeveralRegistries() {
    SimpleMeterRegistry simple = new SimpleMeterRegistry();
    try (Ring ring = Ring.create(SMALL)) {
      RingMeters meters = RingMeters.of("orders", ring);
      meters.bindTo(prometheus);
      meters.bindTo(simple);
      assertEquals(65536, simple.get("millrace.ring.capacity").gauge().value());
      assertTrue(isScraped("millrace_ring_capacity_bytes"));
      meters.close();
      meters.close();
      assertEquals(List.of(), simple.getMeters());
      assertThrows(ClosedException.class, meters::refresh);
      assertThrows(ClosedException.class, () -> meters.bindTo(simple));
    }
  }
}
