package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Filters;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.Memfd;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.NoFreeSlotException;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.Waitable;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // What is only there for others to meet.
class TopicTest {
  private static final PublisherOptions SMALL = PublisherOptions.capacity(1 << 16);

  /** Records of eight bytes that fit into a ring of that size. */
  private static final int ROOM = 1 << 10;

  @TempDir Path root;
  private Registry registry;
  private final Log log = new Log();

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private TopicSubscriber subscribe(SubscriberOptions options) {
    log.subscriber = Topic.subscriber(registry, "t", options.listener(log));
    return log.subscriber;
  }

  private TopicSubscriber subscribe(GroupOptions group) {
    return subscribe(SubscriberOptions.group(group));
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void publishersThatAreThereAndThoseThatComeAreReadEachInItsOrder() {
    try (TopicPublisher before = Topic.publisher(registry, "t", SMALL);
        TopicPublisher other = Topic.publisher(registry, "other", SMALL)) {
      Log.publish(before, -1);
      try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"));
          TopicPublisher after = Topic.publisher(registry, "t", SMALL)) {
        assertEquals(1, subscriber.publishers().size());
        for (int i = 0; i < 300; i++) {
          Log.publish(before, i);
          Log.publish(other, i);
          Log.publish(after, i);
        }
        log.pollUntilCount(600);
        assertEquals(numbers(0, 300), log.of(before));
        assertEquals(numbers(0, 300), log.of(after));
        assertEquals(0, subscriber.poll(log, 100));
        assertEquals(
            List.of("came " + before.service().name(), "came " + after.service().name()), log.news);
      }
    }
  }

  @Test
  void aPublisherThatComesIsReadFromItsFirstRecordThoughItFillsItsRingAtOnce() throws Exception {
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
      for (int round = 0; round < 20; round++) {
        log.records.clear();
        Thread publishing =
            new Thread(
                () -> {
                  try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
                    for (int i = 0; i < 5 * ROOM; i++) {
                      Log.publish(publisher, i);
                    }
                  }
                });
        publishing.start();
        log.pollUntilCount(5 * ROOM);
        publishing.join();
        assertEquals(List.of(numbers(0, 5 * ROOM)), List.copyOf(log.records.values()));
      }
      assertEquals(0, log.lost);
    }
  }

  @Test
  void whoJoinsAGroupLaterLeavesTheFirstRecordsToThoseWhoWereThere() {
    for (String how : List.of("competing", "shared", "plain")) {
      log.records.clear();
      try (TopicSubscriber there = Topic.subscriber(registry, "t", TopicProcess.options("g", how));
          TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
        Log.publish(publisher, 0);
        try (TopicSubscriber late = subscribe(TopicProcess.options("g", how))) {
          Log.publish(publisher, 1);
          Eventually.await(
              how,
              Log.DEADLINE,
              () -> {
                for (TopicSubscriber one : List.of(there, late)) {
                  log.subscriber = one;
                  one.poll(log, 1);
                }
                return log.of(publisher).contains(1L);
              });
          assertEquals(numbers(0, 2), log.of(publisher), how);
        }
      }
    }
  }

  @Test
  void theFirstRecordsAreKeptForEachOfThoseWhoAreThere() {
    try (TopicSubscriber slow =
            Topic.subscriber(registry, "t", SubscriberOptions.group(GroupOptions.named("slow")));
        TopicSubscriber fast = subscribe(GroupOptions.named("fast"));
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
      int sent = 0;
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      while (publisher.offer(1, message, 0, 8) >= 0) {
        sent++;
        fast.poll(log, 10);
      }
      assertEquals(ROOM, sent);
      int[] count = new int[1];
      while (slow.poll((type, buffer, offset, length) -> count[0]++, 10) > 0 || count[0] == 0) {
        Thread.onSpinWait();
      }
      assertEquals(ROOM, count[0]);
      Log.publish(publisher, 1);
    }
  }

  @Test
  void aPublisherOfAMomentWaitsForThoseWhoAreThere() throws Exception {
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
      Thread publishing =
          new Thread(
              () -> {
                try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
                  assertFalse(publisher.awaitSubscribers(1));
                  publisher.wakeup();
                  assertFalse(publisher.awaitSubscribers(Waitable.FOREVER));
                  Thread.currentThread().interrupt();
                  assertFalse(publisher.awaitSubscribers(Waitable.FOREVER));
                  assertTrue(Thread.interrupted());
                  Log.publish(publisher, 1);
                  log.news.add("published");
                  assertTrue(publisher.awaitSubscribers(Waitable.FOREVER));
                }
              });
      publishing.start();
      Eventually.await("published", Log.DEADLINE, () -> log.news.contains("published"));
      log.pollUntilNews(Ending.WITHDRAWN.name());
      publishing.join();
      assertEquals(1, log.count());
    }
  }

  @Test
  void aSubscriberThatDiesBeforeItJoinsHoldsNobodyUp() {
    try (ChildProcess stopped =
        ChildProcess.start(TopicProcess.class, root.toString(), "g", "plain")) {
      stopped.expectLine("reading", Log.DEADLINE);
      stopped.stop();
      try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
        for (int i = 0; i < ROOM; i++) {
          Log.publish(publisher, i);
        }
        UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
        assertTrue(publisher.offer(1, message, 0, 8) < 0);
        try (TopicPublisher other = Topic.publisher(registry, "t", SMALL)) {
          assertFalse(other.awaitSubscribers(1));
          stopped.kill();
          assertTrue(other.awaitSubscribers(Log.DEADLINE.toNanos()));
        }
        Log.publish(publisher, ROOM);
      }
    }
  }

  @Test
  void aSubscriberWhoseRecordCannotBeTrustedHoldsNobodyUp() throws IOException {
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"));
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
      Path record =
          registry.list(Filters.kind(TopicRecord.KIND_READER)).stream()
              .map(reader -> root.resolve(reader.name()))
              .findAny()
              .orElseThrow();
      byte[] trusted = Files.readAllBytes(record);
      Files.write(record, new byte[trusted.length]);
      for (int i = 0; i < 2 * ROOM; i++) {
        Log.publish(publisher, i);
      }
      Files.write(record, trusted);
    }
  }

  /** One place is the publisher's, until its ring is full for the first time. */
  @Test
  void aPublisherWithoutAPlaceForACompetitorIsRefusedAndReadLater() {
    PublisherOptions narrow = PublisherOptions.ring(RingOptions.capacity(1 << 16).maxConsumers(2));
    try (TopicPublisher publisher = Topic.publisher(registry, "t", narrow);
        TopicSubscriber only = Topic.subscriber(registry, "t", GroupOptions.named("only"));
        TopicSubscriber competitor = subscribe(SubscriberOptions.competing("g"))) {
      Log.publish(publisher, 1);
      log.pollUntilNews("refused " + publisher.service().name());
      assertInstanceOf(NoFreeSlotException.class, log.refusals.get(0));
      only.close();
      Log.publish(publisher, 2);
      log.pollUntilLast(publisher, 2);
      assertEquals(1, log.refusals.size());
      assertEquals(1, competitor.publishers().size());
    }
  }

  @Test
  void eitherSideCanBeRestarted() {
    for (int round = 0; round < 3; round++) {
      try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
        for (int again = 0; again < 3; again++) {
          log.records.clear();
          try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
            Log.publish(publisher, 1);
            log.pollUntilNews("came");
          }
          log.pollUntilNews(Ending.WITHDRAWN.name());
          assertEquals(1, log.count());
          log.news.clear();
        }
        assertEquals(List.of(), subscriber.publishers());
      }
    }
  }

  @Test
  void anEndIsToldBehindTheLastRecord() {
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"));
        ChildProcess child = ChildProcess.start(TopicProcess.class, root.toString(), "publish")) {
      String killed = child.expectLine("publisher", Log.DEADLINE);
      log.pollUntilNews("came");
      child.send("0 1000");
      child.expectLine("published", Log.DEADLINE);
      log.limit = 1; // So that there is time to look between two records.
      TopicPublisher withdrawn = Topic.publisher(registry, "t", SMALL);
      Log.publish(withdrawn, 1);
      String name = withdrawn.service().name();
      log.pollUntilNews("came " + name);
      withdrawn.close();
      child.kill();
      Eventually.await("told to the registry", Log.DEADLINE, () -> registry.find(killed).isEmpty());
      log.pollUntilNews("DIED " + killed + " after 1000");
      log.pollUntilNews("WITHDRAWN " + name + " after 1");
      assertEquals(List.of(), subscriber.publishers());
      assertEquals(1, log.news.stream().filter(one -> one.startsWith("DIED")).count());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereARecordIsIsToldInsideAHandlerOnly(boolean isLossy) {
    SubscriberOptions options =
        isLossy ? SubscriberOptions.lossy() : SubscriberOptions.group(GroupOptions.named("g"));
    try (TopicPublisher one = Topic.publisher(registry, "t", SMALL);
        TopicPublisher two = Topic.publisher(registry, "t", SMALL);
        TopicSubscriber subscriber = Topic.subscriber(registry, "t", options)) {
      while (subscriber.publishers().size() < 2) {
        subscriber.poll((type, buffer, offset, length) -> {}, 1);
      }
      assertThrows(IllegalStateException.class, subscriber::recordPosition);
      Set<String> expected = new HashSet<>();
      for (TopicPublisher publisher : List.of(one, two)) {
        for (int i = 0; i < 3; i++) {
          Log.publish(publisher, i);
          expected.add(publisher.service().instance() + " " + 64 * i);
        }
      }
      Set<String> seen = new HashSet<>();
      while (seen.size() < expected.size()) {
        subscriber.poll(
            (type, buffer, offset, length) ->
                seen.add(subscriber.origin().instance() + " " + subscriber.recordPosition()),
            10);
      }
      assertEquals(expected, seen);
      assertThrows(IllegalStateException.class, subscriber::recordPosition);
    }
  }

  @Test
  void aPublisherIsRefusedWhoseRecordIsWrittenOverBeforeItIsAcknowledged() throws IOException {
    GroupOptions group = GroupOptions.named("g").retained().acknowledged();
    long mark = 0x1357_9bdf_0246_8aceL;
    try (TopicPublisher bad = Topic.publisher(registry, "t", SMALL.required(group));
        TopicPublisher good = Topic.publisher(registry, "t", SMALL.required(group));
        Ring ring = registry.joinRing(bad.service().name());
        TopicSubscriber subscriber = subscribe(group)) {
      Log.publish(bad, mark);
      Log.publish(good, 1);
      log.pollUntilCount(2);
      Origin origin =
          subscriber.publishers().stream()
              .filter(one -> one.name().equals(bad.service().name()))
              .findFirst()
              .orElseThrow();
      OverwrittenRecord.withNumber(ring, mark);
      subscriber.acknowledge(origin, 0);
      assertEquals("refused " + origin.name(), log.news.getLast());
      subscriber.acknowledge(origin, 0); // It is not read any more.
      Log.publish(good, 2);
      log.pollUntilLast(good, 2);
      assertEquals(1, log.refusals.size());
    }
  }

  @Test
  void whatIsNotAcknowledgedComesAgainToTheNextSubscriber() {
    GroupOptions group = GroupOptions.named("g").retained().acknowledged();
    List<Long> positions = new ArrayList<>();
    List<Long> again = new ArrayList<>();
    try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL.required(group))) {
      for (int i = 0; i < 3; i++) {
        Log.publish(publisher, i);
      }
      try (TopicSubscriber subscriber = subscribe(group)) {
        while (positions.size() < 3) {
          subscriber.poll(
              (type, buffer, offset, length) -> positions.add(subscriber.recordPosition()), 10);
        }
        assertEquals(0, publisher.counters().retainedPosition());
        subscriber.acknowledge(subscriber.publishers().get(0), positions.get(1));
        assertEquals(positions.get(2), publisher.counters().retainedPosition());
      }
      try (TopicSubscriber next = subscribe(group)) {
        while (again.isEmpty()) {
          next.poll((type, buffer, offset, length) -> again.add(next.recordPosition()), 10);
        }
        next.acknowledge(next.publishers().get(0), again.get(0));
        assertEquals(publisher.counters().position(), publisher.counters().retainedPosition());
      }
      assertEquals(positions.subList(2, 3), again);
    }
  }

  @Test
  void whoItIsFromIsToldInsideAHandlerOnly() {
    PublisherOptions options = SMALL.capabilities(Capabilities.none().with("venue", "X"));
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"));
        TopicPublisher publisher = Topic.publisher(registry, "t", options)) {
      Log.publish(publisher, 1);
      Origin[] seen = new Origin[1];
      while (subscriber.poll((type, buffer, offset, length) -> seen[0] = subscriber.origin(), 1)
          == 0) {
        Thread.onSpinWait();
      }
      assertEquals(
          new Origin(
              "t",
              publisher.service().name(),
              publisher.service().pid(),
              publisher.service().instance(),
              publisher.service().generation(),
              Capabilities.none().with("venue", "X")),
          seen[0]);
      assertThrows(IllegalStateException.class, subscriber::origin);
    }
  }

  @Test
  void publishersArePolledFairly() {
    try (TopicPublisher loud = Topic.publisher(registry, "t", SMALL);
        TopicPublisher quiet = Topic.publisher(registry, "t", SMALL);
        TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
      for (int i = 0; i < ROOM; i++) {
        Log.publish(loud, i);
      }
      for (int i = 0; i < 60; i++) {
        Log.publish(quiet, i);
      }
      assertEquals(20, subscriber.poll(log, 20));
      assertEquals(10, log.of(quiet).size());
      assertEquals(10, log.of(loud).size());
      assertEquals(200, subscriber.poll(log, 200));
      assertEquals(60, log.of(quiet).size());
      assertEquals(160, log.of(loud).size());
      assertEquals(1, subscriber.poll(log, 1));
    }
  }

  @Test
  void whatAHandlerThrowsComesOutAndTheRecordAgain() {
    try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL);
        TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
      Log.publish(publisher, 1);
      IllegalArgumentException thrown = new IllegalArgumentException();
      assertEquals(
          thrown,
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  subscriber.poll(
                      (type, buffer, offset, length) -> {
                        throw thrown;
                      },
                      1)));
      assertEquals(1, subscriber.poll(log, 1));
      assertEquals(1, log.redelivered);
    }
  }

  @Test
  void aHandlerCannotUseOrCloseWhatIsDeliveringToIt() {
    try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL);
        TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
      Log.publish(publisher, 1);
      subscriber.poll(
          (type, buffer, offset, length) -> {
            assertThrows(IllegalStateException.class, () -> subscriber.poll(log, 1));
            assertThrows(IllegalStateException.class, subscriber::close);
            assertThrows(IllegalStateException.class, () -> subscriber.waitForRecords().isReady());
          },
          1);
      assertFalse(subscriber.isClosed());
      Log.publish(publisher, 2);
      assertEquals(1, subscriber.poll(log, 10));
    }
  }

  @Test
  void aLossySubscriberHoldsNobodyBackAndIsToldWhatItLost() {
    try (TopicSubscriber subscriber = subscribe(SubscriberOptions.lossy());
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
      log.pollUntilNews("came");
      for (int i = 0; i < 3 * ROOM; i++) {
        Log.publish(publisher, i);
      }
      log.pollUntilNews("lost");
      Log.publish(publisher, 3 * ROOM);
      log.pollUntilCount(1);
      assertEquals(3L * ROOM * 64, log.lost + 64L * (log.count() - 1));
    }
  }

  @Test
  void aLossySubscriberIsToldOfTheRecordsBeforeItJoined() {
    try (TopicSubscriber subscriber = subscribe(SubscriberOptions.lossy());
        TopicPublisher publisher = Topic.publisher(registry, "t", SMALL)) {
      for (int i = 0; i < 10; i++) {
        Log.publish(publisher, i);
      }
      log.pollUntilNews("lost");
      assertEquals(640, log.lost);
    }
  }

  @Test
  void aLateSubscriberGetsTheHistoryIfItAsksForIt() {
    try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL.history(100 * 64))) {
      for (int i = 0; i < 3 * ROOM; i++) {
        Log.publish(publisher, i);
      }
      try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g").startingAtOldest())) {
        Log.publish(publisher, 3 * ROOM);
        log.pollUntilLast(publisher, 3 * ROOM);
        List<Long> got = log.of(publisher);
        assertEquals(numbers(3 * ROOM + 1 - got.size(), 3 * ROOM + 1), got);
      }
      log.records.clear();
      try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
        assertEquals(0, subscriber.poll(log, 10));
        Log.publish(publisher, -1);
        log.pollUntilCount(1);
        assertEquals(List.of(-1L), log.of(publisher));
      }
    }
  }

  @Test
  void theHistoryLeavesRoomForTheLongestRecordAndBatch() {
    try (TopicPublisher publisher = Topic.publisher(registry, "t", SMALL.history(1 << 14))) {
      UnsafeBuffer message = new UnsafeBuffer(new byte[publisher.maxMessageLength()]);
      for (int i = 0; i < 10; i++) {
        assertTrue(publisher.offer(1, message, 0, publisher.maxMessageLength()) >= 0);
        int index = publisher.tryClaim(1, publisher.maxMessageLength());
        assertTrue(index >= 0);
        publisher.abort(index);
        publisher.tryBatch(100, 8).close();
      }
    }
  }

  @Test
  void aDamagedRingCostsItsPublisherAndNobodyElse() {
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"));
        TopicPublisher good = Topic.publisher(registry, "t", SMALL);
        Descriptor noRing = Memfd.create("no ring", 1 << 16);
        Publication bad =
            registry.publish(
                ServiceSpec.named(TopicNames.PUBLISHERS.unique("t"))
                    .kind(TopicRecord.KIND_PUBLISHER)
                    .capabilities(Capabilities.none().with(TopicRecord.TOPIC, "t"))
                    .descriptor(noRing.number(), DescriptorKind.RING))) {
      Log.publish(good, 1);
      log.pollUntilCount(1);
      log.pollUntilNews("refused " + bad.service().name());
      assertEquals(1, log.refusals.size());
      assertEquals(1, subscriber.publishers().size());
    }
  }

  @Test
  void recordsThatMakeNoSenseAreToldAndNothingElse() {
    List<Capabilities> senseless =
        List.of(
            Capabilities.none().with("publisher.pid", "x"),
            Capabilities.none().with("publisher.ended", "x"),
            Capabilities.none().with("publisher.ended", Long.MAX_VALUE),
            Capabilities.none());
    try (TopicSubscriber subscriber = subscribe(GroupOptions.named("g"))) {
      for (Capabilities one : senseless) {
        Publication bad =
            registry.publish(
                ServiceSpec.named(TopicNames.PUBLISHERS.unique("t"))
                    .kind(TopicRecord.KIND_PUBLISHER)
                    .capabilities(one.with(TopicRecord.TOPIC, "t")));
        log.pollUntilNews("refused " + bad.service().name());
        bad.close();
      }
      try (TopicPublisher good = Topic.publisher(registry, "t", SMALL)) {
        Log.publish(good, 1);
        log.pollUntilCount(1);
      }
      assertEquals(senseless.size(), log.refusals.size());
      assertEquals(0, subscriber.poll(log, 1));
    }
  }

  @Test
  void nothingIsLeftOpen() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Registry own = Registry.open(root);
              TopicPublisher publisher = Topic.publisher(own, "t", SMALL)) {
            TopicSubscriber subscriber = Topic.subscriber(own, "t", GroupOptions.named("g"));
            Log.publish(publisher, 1);
            assertEquals(1, subscriber.poll((type, buffer, offset, length) -> {}, 1));
            assertFalse(subscriber.waitForRecords().await(2_000_000));
            TopicSubscriber other = Topic.subscriber(own, "t", SubscriberOptions.lossy());
            subscriber.close();
            other.close();
          }
        });
    assertEquals(List.of(), registry.list());
  }

  @Test
  void namesAndOptionsAreChecked() {
    assertThrows(
        IllegalArgumentException.class, () -> Topic.publisher(registry, "a".repeat(101), SMALL));
    assertThrows(
        IllegalArgumentException.class,
        () -> Topic.subscriber(registry, "/", SubscriberOptions.lossy()));
    assertThrows(IllegalArgumentException.class, () -> SMALL.history(-1));
    assertThrows(IllegalArgumentException.class, () -> SMALL.history(1 << 15));
    assertThrows(
        IllegalArgumentException.class,
        () -> SMALL.required(GroupOptions.named("millrace-history")));
    assertThrows(IllegalArgumentException.class, () -> SubscriberOptions.competing("millrace-x"));
    assertThrows(
        IllegalArgumentException.class,
        () -> SMALL.capabilities(Capabilities.none().with("topic", "x")));
    try (TopicPublisher longest = Topic.publisher(registry, "a".repeat(100), SMALL)) {
      assertNotEquals("", longest.service().name());
    }
  }
}
