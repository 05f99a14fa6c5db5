package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Adoption;
import io.millrace.discovery.NamedRing;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.discovery.model.Transfer;
import io.millrace.message.DamagedSchemaException;
import io.millrace.message.IncompatibleSchemaException;
import io.millrace.message.MessageSchema;
import io.millrace.message.Messages;
import io.millrace.message.Schema;
import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Observer;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema of a ring goes with it to anybody who finds it by name. */
class CarriedSchemaTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16).maxWaiters(1);
  private static final MessageSchema ORDERS = MessageSchema.of(Orders.class);
  private static final MessageSchema CHANGED = MessageSchema.of(Changed.class);

  @TempDir Path root;
  private Registry registry;

  @Schema(id = 77)
  interface Orders {
    void placed(long id);
  }

  @Schema(id = 77)
  interface Changed {
    void placed(int id);
  }

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static void assertCarries(MessageSchema schema, Ring ring) {
    assertEquals(Optional.of(schema.xml()), MessageSchema.carriedBy(ring).map(MessageSchema::xml));
  }

  private static void assertNamesBoth(Throwable refusal) {
    assertTrue(refusal.getMessage().contains(ORDERS.toString()), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(CHANGED.toString()), refusal.getMessage());
  }

  @Test
  void whoeverJoinsARingByNameGetsItsSchemaInEachWayOfTransfer() {
    try (Ring ring = Ring.create(SMALL)) {
      ORDERS.attachTo(ring);
      Publication published = registry.publish("orders", ring, Capabilities.none());
      assertEquals(
          ORDERS.fingerprint(), published.service().capabilities().text(Capabilities.SCHEMA, ""));
      for (Transfer way : Transfer.values()) {
        try (Registry other = Registry.open(RegistryOptions.defaults().root(root).transfer(way));
            Ring joined = other.joinRing("orders")) {
          assertCarries(ORDERS, joined);
          assertThrows(IncompatibleSchemaException.class, () -> CHANGED.requireCompatible(joined));
        }
      }
      try (RegistryView view = RegistryView.open(RegistryOptions.defaults().root(root));
          Ring joined = view.joinRing("orders")) {
        assertCarries(ORDERS, joined);
      }
    }
  }

  @Test
  void whoeverAdoptsARingGoesOnToCarryItsSchema() {
    try (Ring ring = Ring.create(SMALL);
        Registry second = Registry.open(root)) {
      ORDERS.attachTo(ring);
      Publication published = registry.publish("orders", ring, Capabilities.none());
      try (Ring joined = second.joinRing("orders");
          Adoption adoption = second.adopt("orders", joined)) {
        published.handOver();
        Eventually.await("the adoption", SOON, () -> adoption.state() == Adoption.State.PUBLISHING);
        try (Ring again = registry.joinRing("orders")) {
          assertCarries(ORDERS, again);
        }
        Service now = registry.find("orders").orElseThrow();
        assertEquals(ORDERS.fingerprint(), now.capabilities().text(Capabilities.SCHEMA, ""));
      }
    }
  }

  @Test
  void aSharedRingIsMadeWithTheSchemaAndJoinedWithACompatibleOneOnly() {
    try (NamedRing first = registry.createOrJoinRing("orders", SMALL, List.of(), ORDERS);
        Registry other = Registry.open(root)) {
      assertCarries(ORDERS, first.ring());
      try (NamedRing second = other.createOrJoinRing("orders", SMALL, List.of(), ORDERS)) {
        assertFalse(second.isCreator());
        assertCarries(ORDERS, second.ring());
      }
      assertNamesBoth(
          assertThrows(
              IncompatibleSchemaException.class,
              () -> other.createOrJoinRing("orders", SMALL, List.of(), CHANGED)));
      other.createOrJoinRing("orders", SMALL).close();
    }
  }

  /** What a listener was told, without a word of what came and ended. */
  private static final class Refusals implements TopicListener {
    final List<RuntimeException> all = new ArrayList<>();

    @Override
    public void onRefused(Origin publisher, RuntimeException why) {
      all.add(why);
    }
  }

  @Test
  void aSubscriberOfAnotherSchemaRefusesThePublisherAndIsToldBothNames() {
    PublisherOptions options = PublisherOptions.capacity(1 << 16).schema(ORDERS);
    Refusals refusals = new Refusals();
    SubscriberOptions changed =
        SubscriberOptions.group(GroupOptions.named("changed")).listener(refusals).schema(CHANGED);
    SubscriberOptions same =
        SubscriberOptions.group(GroupOptions.named("same")).listener(refusals).schema(ORDERS);
    List<Long> read = new ArrayList<>();
    try (TopicSubscriber wrong = Topic.subscriber(registry, "orders", changed);
        TopicSubscriber right = Topic.subscriber(registry, "orders", same);
        TopicPublisher publisher = Topic.publisher(registry, "orders", options)) {
      Messages.writer(Orders.class, publisher).placed(5);
      Orders reader = read::add;
      Eventually.await(
          "the record and the refusal",
          SOON,
          () -> {
            right.poll(Messages.reader(Orders.class, reader), 10);
            wrong.poll((type, buffer, offset, length) -> read.add(-1L), 10);
            return !read.isEmpty() && !refusals.all.isEmpty();
          });
      assertEquals(List.of(5L), read);
      assertInstanceOf(IncompatibleSchemaException.class, refusals.all.get(0));
      assertNamesBoth(refusals.all.get(0));
      assertEquals(
          ORDERS.fingerprint(),
          right.publishers().get(0).capabilities().text(Capabilities.SCHEMA, ""));
      try (Ring ring = registry.joinRing(publisher.service().name())) {
        assertCarries(ORDERS, ring);
      }
    }
  }

  @Test
  void whoGoesOnWithTheRingOfAPublisherThatEndedCarriesItsSchema() {
    PublisherOptions options =
        PublisherOptions.capacity(1 << 16).schema(ORDERS).required(GroupOptions.named("audit"));
    try (TopicSubscriber screen =
        Topic.subscriber(registry, "orders", GroupOptions.named("screen"))) {
      TopicPublisher publisher = Topic.publisher(registry, "orders", options);
      String name = publisher.service().name();
      Messages.writer(Orders.class, publisher).placed(5);
      Eventually.await(
          "the record", SOON, () -> screen.poll((type, buffer, offset, length) -> {}, 10) > 0);
      publisher.close();
      Eventually.await(
          "the next publication",
          SOON,
          () -> {
            screen.poll((type, buffer, offset, length) -> {}, 10);
            return registry.find(name).isPresent();
          });
      try (Ring ring = registry.joinRing(name)) {
        assertCarries(ORDERS, ring);
      }
      assertEquals(
          ORDERS.fingerprint(),
          registry.find(name).orElseThrow().capabilities().text(Capabilities.SCHEMA, ""));
    }
  }

  @Test
  void aFollowerReadsARingThatCarriesASchema() {
    List<Long> read = new ArrayList<>();
    try (Ring ring = Ring.create(SMALL);
        RingFollower follower =
            RingFollower.open(registry, "orders", GroupOptions.named("all"), RingListener.NONE);
        Producer producer = ring.addProducer()) {
      ORDERS.attachTo(ring);
      registry.publish("orders", ring, Capabilities.none());
      Orders writer = Messages.writer(Orders.class, producer);
      Orders reader = read::add;
      Eventually.await(
          "a record",
          SOON,
          () -> {
            writer.placed(9);
            return follower.poll(Messages.reader(Orders.class, reader), 1) > 0;
          });
      assertEquals(List.of(9L), read);
    }
  }

  @Test
  void aSchemaThatIsNoneIsToldToWhoAsksForItAndTheRecordsCanBeRead() {
    try (Ring ring = Ring.create(SMALL);
        Descriptor growing = Memfd.create("schema", Mapping.PAGE_SIZE);
        Producer producer = ring.addProducer()) {
      ring.attach(growing.number());
      assertThrows(
          DamagedSchemaException.class,
          () -> registry.publish("orders", ring, Capabilities.none()));
      registry.publish(ServiceSpec.named("orders").kind("ring").ring(ring));
      try (Ring joined = registry.joinRing("orders");
          Observer observer = joined.addObserver();
          Consumer consumer = joined.addConsumer(GroupOptions.named("raw"))) {
        assertThrows(DamagedSchemaException.class, () -> MessageSchema.carriedBy(joined));
        producer.offer(1, new UnsafeBuffer(new byte[8]), 0, 8);
        assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
        assertEquals(1, observer.poll((type, buffer, offset, length) -> {}, 10));
      }
      assertThrows(
          DamagedSchemaException.class,
          () -> registry.createOrJoinRing("orders", SMALL, List.of(), ORDERS));
      registry.createOrJoinRing("orders", SMALL).close();
    }
  }

  @Test
  void aSchemaThatIsNoMemoryIsNotTakenFromAnybody() {
    try (Ring ring = Ring.create(SMALL);
        EventFd event = EventFd.create()) {
      ServiceSpec spec =
          ServiceSpec.named("orders")
              .ring(ring)
              .descriptor(event.descriptor().number(), DescriptorKind.SCHEMA);
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> registry.publish(spec));
      assertTrue(refusal.getMessage().contains("2 is no memory"), refusal.getMessage());
    }
  }
}
