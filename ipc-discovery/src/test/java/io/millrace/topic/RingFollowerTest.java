package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.NamedRing;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.Descriptor;
import io.millrace.os.Memfd;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
@SuppressWarnings("try") // What is only there for others to meet.
class RingFollowerTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);
  private static final GroupOptions GROUP = GroupOptions.named("screen");
  private static final long MARK = 0x1357_9bdf_0246_8aceL;

  @TempDir Path root;
  private Registry registry;
  private final List<String> log = new CopyOnWriteArrayList<>();

  private final RingListener listener =
      new RingListener() {
        @Override
        public void onJoined(Service ring, long missed) {
          log.add("joined " + ring.generation() + (missed > 0 ? " missed " + missed : ""));
        }

        @Override
        public void onEnded(Service ring, Departure how) {
          log.add("ended " + ring.generation() + " " + how);
        }

        @Override
        public void onRefused(Service ring, RuntimeException why) {
          log.add("refused " + (ring == null ? "?" : ring.generation()) + " " + why);
        }
      };

  /** Publishes a new ring with the group in it, and writes each number that it is told. */
  static final class Publisher {
    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          Ring ring = Ring.create(SMALL)) {
        ring.addGroup(GROUP.retained());
        Producer producer = ring.addProducer();
        registry.publish("prices", ring, Capabilities.none());
        for (int byteRead = System.in.read(); byteRead != 'q'; byteRead = System.in.read()) {
          if (byteRead > ' ') {
            offer(producer, byteRead - '0');
            System.out.println("written");
          }
        }
      }
    }
  }

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private static void offer(Producer producer, long number) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    message.putLong(0, number);
    assertTrue(producer.offer(1, message, 0, 8) >= 0);
  }

  private RingFollower follow(GroupOptions group) {
    return RingFollower.open(registry, "prices", group, listener);
  }

  @Test
  void aRecordHasANumberByWhichItIsAcknowledged() {
    GroupOptions kept = GROUP.retained().acknowledged();
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Publication publication = registry.publish("prices", ring, Capabilities.none());
        RingFollower follower = follow(kept)) {
      offer(producer, 1);
      offer(producer, 2);
      List<String> seen = new ArrayList<>();
      Eventually.await(
          "both",
          DEADLINE,
          () -> {
            follower.poll(
                (type, buffer, offset, length) ->
                    seen.add(follower.ringId() + " " + follower.recordPosition()),
                10);
            return seen.size() >= 2;
          });
      assertEquals(List.of(ring.id() + " 0", ring.id() + " 64"), seen);
      assertThrows(IllegalStateException.class, follower::ringId);
      assertThrows(IllegalStateException.class, follower::recordPosition);
      assertEquals(0, ring.counters().retainedPosition());
      follower.acknowledge(ring.id() + 1, 0); // Not one of its rings.
      follower.acknowledge(ring.id(), 0);
      assertEquals(64, ring.counters().retainedPosition());
    }
  }

  @Test
  void aRingIsRefusedInWhichARecordIsWrittenOverBeforeItIsAcknowledged() throws IOException {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Publication publication = registry.publish("prices", ring, Capabilities.none());
        RingFollower follower = follow(GROUP.retained().acknowledged())) {
      offer(producer, MARK);
      pollUntil(follower, "1: " + MARK);
      OverwrittenRecord.withNumber(ring, MARK);
      follower.acknowledge(ring.id(), 0);
      assertTrue(log.getLast().startsWith("refused 1 "), log.toString());
      assertTrue(log.getLast().contains("was written over"), log.toString());
      int told = log.size();
      offer(producer, 2);
      assertEquals(0, follower.poll(noting(follower), 10));
      follower.acknowledge(ring.id(), 0); // It is not read any more.
      assertEquals(told, log.size());
    }
  }

  private RecordHandler noting(RingFollower follower) {
    return (type, buffer, offset, length) ->
        log.add(follower.service().generation() + ": " + buffer.getLong(offset));
  }

  private void pollUntil(RingFollower follower, String last) {
    Eventually.await(
        last,
        DEADLINE,
        () -> {
          follower.poll(noting(follower), 100);
          return log.stream().anyMatch(line -> line.startsWith(last));
        });
  }

  @Test
  void aPublisherThatIsKilledAndStartedAgainIsReadFromItsFirstRecord() {
    try (RingFollower follower = follow(GROUP.retained())) {
      try (ChildProcess first = ChildProcess.start(Publisher.class, root.toString())) {
        first.send("1");
        first.expectLine("written", DEADLINE);
        pollUntil(follower, "1: 1");
        first.send("2");
        first.expectLine("written", DEADLINE);
        first.kill();
      }
      try (ChildProcess second = ChildProcess.start(Publisher.class, root.toString())) {
        second.send("3");
        second.expectLine("written", DEADLINE);
        pollUntil(follower, "2: 3");
        second.send("q");
        pollUntil(follower, "ended 2 WITHDRAWN");
      }
    }
    assertEquals(
        List.of(
            "joined 1", "1: 1", "1: 2", "ended 1 DIED", "joined 2", "2: 3", "ended 2 WITHDRAWN"),
        log);
  }

  @Test
  void aSleepingFollowerIsWokenByTheNextRing() throws Exception {
    try (RingFollower follower = follow(GROUP.retained())) {
      CompletableFuture<Void> published =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 3; i++) {
                  int round = i;
                  try (Ring ring = Ring.create(SMALL);
                      Producer producer = ring.addProducer()) {
                    ring.addGroup(GROUP.retained());
                    try (Publication one = registry.publish("prices", ring, Capabilities.none())) {
                      offer(producer, round);
                      String seen = one.service().generation() + ": " + round;
                      Eventually.await(seen, DEADLINE, () -> log.contains(seen));
                    }
                  }
                }
              });
      Eventually.await(
          "three rings",
          DEADLINE,
          () -> {
            follower.poll(noting(follower), 1, WaitStrategy.blocking(), DEADLINE.toNanos());
            return log.contains("3: 2");
          });
      published.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void whatTheOldRingHoldsComesBeforeTheNewRing() {
    try (RingFollower follower = follow(GROUP.retained())) {
      try (Ring old = Ring.create(SMALL)) {
        Producer producer = old.addProducer();
        Publication published = registry.publish("prices", old, Capabilities.none());
        pollUntil(follower, "joined 1");
        for (int i = 0; i < 500; i++) {
          offer(producer, i);
        }
        published.close();
      }
      try (Ring next = Ring.create(SMALL)) {
        next.addGroup(GROUP.retained());
        registry.publish("prices", next, Capabilities.none());
        offer(next.addProducer(), 0);
        Eventually.await(
            "the next ring's record",
            DEADLINE,
            () -> {
              follower.poll(noting(follower), 7);
              return log.contains("2: 0");
            });
      }
    }
    List<String> expected = new ArrayList<>(List.of("joined 1"));
    for (int i = 0; i < 500; i++) {
      expected.add("1: " + i);
    }
    expected.addAll(List.of("ended 1 WITHDRAWN", "joined 2", "2: 0"));
    assertEquals(expected, log);
  }

  @Test
  void aRingThatIsStillWrittenToIsReadBesideTheNextOne() {
    try (RingFollower follower = follow(GROUP);
        Ring old = Ring.create(SMALL);
        Ring next = Ring.create(SMALL)) {
      Producer writing = old.addProducer();
      Publication published = registry.publish("prices", old, Capabilities.none());
      pollUntil(follower, "joined 1");
      published.close();
      registry.publish("prices", next, Capabilities.none());
      pollUntil(follower, "joined 2");
      offer(writing, 5);
      offer(next.addProducer(), 6);
      pollUntil(follower, "1: 5");
      pollUntil(follower, "2: 6");
      assertFalse(log.contains("ended 1 WITHDRAWN"));
      writing.close();
      pollUntil(follower, "ended 1 WITHDRAWN");
    }
  }

  @Test
  void theSameRingInOtherHandsIsReadOn() {
    try (RingFollower follower = follow(GROUP.retained());
        NamedRing first = registry.createOrJoinRing("prices", SMALL);
        Registry other = Registry.open(root)) {
      pollUntil(follower, "joined 1");
      try (NamedRing second = other.createOrJoinRing("prices", SMALL)) {
        Producer producer = second.ring().addProducer();
        offer(producer, 1);
        pollUntil(follower, "1: 1");
        first.close();
        Eventually.await(
            "the next publisher",
            DEADLINE,
            () -> registry.find("prices").filter(one -> one.generation() > 1).isPresent());
        offer(producer, 2);
        pollUntil(follower, "1: 2");
      }
      assertEquals(List.of("joined 1", "1: 1", "1: 2"), log);
      pollUntil(follower, "ended 1"); // It was handed over, and nobody was there to take it.
      try (NamedRing third = registry.createOrJoinRing("prices", SMALL, List.of(GROUP))) {
        offer(third.ring().addProducer(), 3);
        pollUntil(follower, "3: 3");
        assertTrue(log.contains("joined 3"));
      }
    }
  }

  @Test
  void whatCameBeforeTheGroupIsTold() {
    try (RingFollower follower = follow(GROUP);
        Ring ring = Ring.create(SMALL)) {
      Producer producer = ring.addProducer();
      offer(producer, 1);
      registry.publish("prices", ring, Capabilities.none());
      pollUntil(follower, "joined 1 missed ");
      offer(producer, 2);
      pollUntil(follower, "1: 2");
    }
    assertEquals(2, log.size());
  }

  @Test
  void whatCannotBeJoinedIsToldAndTriedAgain() throws Exception {
    try (RingFollower follower = follow(GROUP);
        Ring ring = Ring.create(SMALL)) {
      try (AutoCloseable taken = ring.addConsumer(GROUP)) {
        registry.publish("prices", ring, Capabilities.none());
        pollUntil(follower, "refused 1");
      }
      pollUntil(follower, "joined 1");
      offer(ring.addProducer(), 1);
      pollUntil(follower, "1: 1");
    }
  }

  @Test
  void aServiceThatIsNoRingIsRefusedAndTheNextRingIsRead() {
    try (RingFollower follower = follow(GROUP);
        Descriptor memory = Memfd.create("no ring", 1 << 16)) {
      try (Publication wrong =
          registry.publish(
              ServiceSpec.named("prices").descriptor(memory.number(), DescriptorKind.RING))) {
        pollUntil(follower, "refused 1");
        assertEquals("prices", wrong.service().name());
      }
      try (Ring ring = Ring.create(SMALL)) {
        registry.publish("prices", ring, Capabilities.none());
        pollUntil(follower, "joined 2");
      }
    }
  }

  @Test
  void aCloseEndsAWaitAndLeavesNothing() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          try (Registry own = Registry.open(root);
              Ring ring = Ring.create(SMALL);
              Publication published = own.publish("prices", ring, Capabilities.none())) {
            RingFollower follower = RingFollower.open(own, "prices", GROUP, listener);
            CompletableFuture<Throwable> waiting =
                CompletableFuture.supplyAsync(
                    () ->
                        assertThrows(
                            ClosedException.class,
                            () -> {
                              while (true) {
                                follower.poll(
                                    noting(follower), 1, WaitStrategy.blocking(), Waitable.FOREVER);
                              }
                            }));
            String joined = "joined " + published.service().generation();
            Eventually.await(joined, DEADLINE, () -> log.contains(joined));
            follower.close();
            waiting.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(follower.isClosed());
          }
        });
  }

  @Test
  void insideAHandlerItTellsTheRingAndIsNotUsed() {
    try (RingFollower follower = follow(GROUP);
        Ring ring = Ring.create(SMALL)) {
      registry.publish("prices", ring, Capabilities.none());
      pollUntil(follower, "joined 1");
      offer(ring.addProducer(), 1);
      assertThrows(IllegalStateException.class, follower::service);
      int[] calls = new int[1];
      Eventually.await(
          "a record",
          DEADLINE,
          () -> {
            follower.poll(
                (type, buffer, offset, length) -> {
                  calls[0]++;
                  assertEquals(1, follower.service().generation());
                  assertThrows(
                      IllegalStateException.class, () -> follower.poll(noting(follower), 1));
                  assertThrows(IllegalStateException.class, follower::close);
                },
                1);
            return calls[0] == 1;
          });
    }
  }
}
