package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Service;
import io.millrace.ring.GroupOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the records of publishers that have ended. */
@Timeout(180)
class TopicDeathTest {
  @TempDir Path root;
  private Registry registry;
  private final List<ChildProcess> children = new ArrayList<>();

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    children.forEach(ChildProcess::close);
    registry.close();
  }

  private ChildProcess start(String... how) {
    String[] arguments = new String[how.length + 1];
    arguments[0] = root.toString();
    System.arraycopy(how, 0, arguments, 1, how.length);
    ChildProcess child = ChildProcess.start(TopicProcess.class, arguments);
    children.add(child);
    return child;
  }

  /** Starts a publisher whose records are required by group "audit". */
  private ChildProcess publisher(String[] name) {
    ChildProcess child = start("publish", "audit");
    name[0] = child.expectLine("publisher", Log.DEADLINE);
    return child;
  }

  private Service awaitAdoption(String name, int notBy) {
    Eventually.await(
        "adoption",
        Log.DEADLINE,
        () -> registry.find(name).filter(found -> found.pid() != notBy).isPresent());
    return registry.find(name).orElseThrow();
  }

  private void assertAuditGets(String name, int count) {
    Log log = new Log();
    try (TopicSubscriber audit =
        Topic.subscriber(registry, "t", TopicProcess.options("audit", "required").listener(log))) {
      log.subscriber = audit;
      log.pollUntilCount(count);
      assertEquals(LongStream.range(0, count).boxed().toList(), log.of(name));
      log.pollUntilNews("DIED " + name + " after " + count);
    }
    Eventually.await("the end", Log.DEADLINE, () -> registry.find(name).isEmpty());
  }

  @Test
  void whatARequiredGroupHasNotReadIsKeptBySurvivorsOneAfterTheOther() {
    String[] name = new String[1];
    ChildProcess publisher = publisher(name);
    ChildProcess first = start("screen1", "plain");
    ChildProcess second = start("screen2", "plain");
    first.expectLine("came", Log.DEADLINE);
    second.expectLine("came", Log.DEADLINE);
    publisher.send("0 500");
    publisher.expectLine("published", Log.DEADLINE);
    int pid = publisher.pid();
    publisher.kill();
    first.expectLine("DIED " + name[0] + " after 500", Log.DEADLINE);
    second.expectLine("DIED " + name[0] + " after 500", Log.DEADLINE);
    int adopter = awaitAdoption(name[0], pid).pid();
    (adopter == first.pid() ? first : second).kill();
    int next = awaitAdoption(name[0], adopter).pid();
    assertEquals((adopter == first.pid() ? second : first).pid(), next);
    assertAuditGets(name[0], 500);
  }

  @Test
  void anAdopterThatClosesHandsOverToAnother() {
    String[] name = new String[1];
    ChildProcess publisher = publisher(name);
    ChildProcess first = start("screen1", "plain");
    ChildProcess second = start("screen2", "lossy");
    first.expectLine("came", Log.DEADLINE);
    second.expectLine("came", Log.DEADLINE);
    publisher.send("0 10");
    publisher.expectLine("published", Log.DEADLINE);
    publisher.kill();
    int adopter = awaitAdoption(name[0], publisher.pid()).pid();
    ChildProcess closing = adopter == first.pid() ? first : second;
    closing.send("close");
    closing.expectLine("closed", Log.DEADLINE);
    awaitAdoption(name[0], adopter);
    assertAuditGets(name[0], 10);
  }

  @Test
  void anOrderlyCloseHandsOverInTheSameWay() {
    String[] name = new String[1];
    ChildProcess publisher = publisher(name);
    ChildProcess screen = start("screen", "plain");
    screen.expectLine("came", Log.DEADLINE);
    publisher.send("0 10");
    publisher.expectLine("published", Log.DEADLINE);
    publisher.send("close");
    publisher.expectLine("closed", Log.DEADLINE);
    screen.expectLine("WITHDRAWN " + name[0] + " after 10", Log.DEADLINE);
    assertEquals(screen.pid(), awaitAdoption(name[0], publisher.pid()).pid());
    Log log = new Log();
    try (TopicSubscriber audit =
        Topic.subscriber(registry, "t", TopicProcess.options("audit", "required").listener(log))) {
      log.subscriber = audit;
      log.pollUntilNews("WITHDRAWN " + name[0] + " after 10");
    }
  }

  @Test
  void aReaderThatIsKilledInTheMiddleGoesOnWhereItWas() {
    String[] name = new String[1];
    ChildProcess publisher = publisher(name);
    publisher.send("0 500");
    publisher.expectLine("published", Log.DEADLINE);
    ChildProcess screen = start("screen", "plain");
    screen.expectLine("came", Log.DEADLINE);
    Log log = new Log();
    try (TopicSubscriber audit =
        Topic.subscriber(registry, "t", TopicProcess.options("audit", "required"))) {
      log.subscriber = audit;
      publisher.kill();
      Eventually.await(
          "200", Log.DEADLINE, () -> audit.poll(log, 200 - log.count()) >= 0 && log.count() == 200);
    }
    try (TopicSubscriber audit =
        Topic.subscriber(registry, "t", TopicProcess.options("audit", "required").listener(log))) {
      log.subscriber = audit;
      log.pollUntilCount(500);
      assertEquals(LongStream.range(0, 500).boxed().toList(), log.of(name[0]));
    }
  }

  @Test
  void aRingIsLeftWhenTheLingerTimeIsOver() {
    String[] name = new String[1];
    ChildProcess publisher = publisher(name);
    Log log = new Log();
    try (TopicSubscriber screen =
        Topic.subscriber(
            registry,
            "t",
            TopicProcess.options("screen", "plain").linger(Duration.ZERO).listener(log))) {
      log.subscriber = screen;
      publisher.send("0 10");
      publisher.expectLine("published", Log.DEADLINE);
      log.pollUntilNews("came");
      publisher.kill();
      log.pollUntilNews("DIED");
      Eventually.await(
          "left", Log.DEADLINE, () -> screen.poll(log, 1) == 0 && screen.publishers().isEmpty());
      assertFalse(registry.find(name[0]).isPresent());
    }
  }

  @Test
  void aLingerTimeMayHaveAnyLength() {
    for (Duration time :
        List.of(
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MAX_VALUE))) {
      Topic.subscriber(registry, "t", TopicProcess.options("screen", "plain").linger(time)).close();
    }
    assertEquals(List.of(), registry.list());
  }

  @Test
  void withNobodyThereTheRecordsEndWithTheirPublisher() {
    String[] name = new String[1];
    ChildProcess publisher = publisher(name);
    publisher.send("0 10");
    publisher.expectLine("published", Log.DEADLINE);
    publisher.kill();
    Log log = new Log();
    try (TopicSubscriber audit =
        Topic.subscriber(registry, "t", TopicProcess.options("audit", "required").listener(log))) {
      log.subscriber = audit;
      assertEquals(0, audit.poll(log, 10));
      assertTrue(audit.publishers().isEmpty());
    }
  }

  @Test
  void competitorsShareThePublishersOutAndTakeOverThoseOfTheDead() {
    List<ChildProcess> competitors = new ArrayList<>();
    List<TopicPublisher> publishers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      competitors.add(start("workers", "competing"));
    }
    competitors.forEach(child -> child.expectLine("reading", Log.DEADLINE));
    for (int i = 0; i < 6; i++) {
      publishers.add(Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16)));
    }
    for (ChildProcess child : competitors) {
      awaitShare(child, 2);
    }
    for (int i = 0; i < 600; i++) {
      Log.publish(publishers.get(i % 6), i);
    }
    awaitAllRead(publishers);
    competitors.remove(0).kill();
    for (ChildProcess child : competitors) {
      awaitShare(child, 3);
    }
    for (int i = 0; i < 600; i++) {
      Log.publish(publishers.get(i % 6), i);
    }
    awaitAllRead(publishers);
    ChildProcess leaving = competitors.remove(0);
    leaving.send("close");
    awaitShare(competitors.get(0), 6);
    competitors.add(start("workers", "competing"));
    awaitShare(competitors.get(0), 3);
    awaitShare(competitors.get(1), 3);
    publishers.forEach(TopicPublisher::close);
    awaitShare(competitors.get(0), 0);
  }

  private static void awaitShare(ChildProcess child, int share) {
    Eventually.await(
        "a share of " + share,
        Log.DEADLINE,
        () -> {
          child.send("count");
          return child.expectLine("count", Log.DEADLINE).endsWith(" publishers " + share);
        });
  }

  private static void awaitAllRead(List<TopicPublisher> publishers) {
    for (TopicPublisher publisher : publishers) {
      Eventually.await(
          "read",
          Log.DEADLINE,
          () -> publisher.counters().retainedPosition() == publisher.counters().position());
    }
  }

  @Test
  void aSharedGroupSpreadsRecordsOfEachPublisherOverAllWhoAreInIt() {
    ChildProcess other = start("workers", "shared");
    other.expectLine("reading", Log.DEADLINE);
    Log log = new Log();
    try (TopicSubscriber subscriber =
            Topic.subscriber(registry, "t", TopicProcess.options("workers", "shared"));
        TopicPublisher publisher =
            Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16))) {
      log.subscriber = subscriber;
      other.expectLine("came", Log.DEADLINE);
      Eventually.await(
          "joined",
          Log.DEADLINE,
          () -> subscriber.poll(log, 1) == 0 && subscriber.publishers().size() == 1);
      int sent = 0;
      int here = 0;
      int there = 0;
      while (here == 0 || there == 0) {
        for (int i = 0; i < 100; i++) {
          Log.publish(publisher, sent++);
          subscriber.poll(log, 1);
        }
        here = log.count();
        other.send("count");
        there = Integer.parseInt(other.expectLine("count", Log.DEADLINE).split(" ")[0]);
      }
      other.kill();
      int all = sent;
      Eventually.await(
          "the rest",
          Log.DEADLINE,
          () -> {
            subscriber.poll(log, 100);
            return publisher.counters().retainedPosition() == publisher.counters().position();
          });
      assertTrue(log.count() <= all);
      assertEquals(
          log.count(), log.records.values().stream().flatMap(List::stream).distinct().count());
    }
  }

  @Test
  void theSecondOfAGroupForOneTakesOverWhenTheFirstIsGone() {
    ChildProcess first = start("g", "plain");
    first.expectLine("reading", Log.DEADLINE);
    Log log = new Log();
    try (TopicPublisher publisher =
        Topic.publisher(registry, "t", PublisherOptions.capacity(1 << 16))) {
      first.expectLine("came", Log.DEADLINE);
      try (TopicSubscriber second =
          Topic.subscriber(
              registry, "t", SubscriberOptions.group(GroupOptions.named("g")).listener(log))) {
        log.subscriber = second;
        log.pollUntilNews("refused");
        first.kill();
        log.pollUntilNews("came");
        Log.publish(publisher, 1);
        log.pollUntilLast(publisher, 1);
      }
    }
  }
}
