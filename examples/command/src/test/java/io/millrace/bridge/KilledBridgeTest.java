package io.millrace.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.discovery.Publication;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.topic.Origin;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import io.millrace.topic.TopicSubscriber;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Either side is killed. */
@Timeout(300)
@SuppressWarnings("try") // What is only there for others to meet.
class KilledBridgeTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);
  private static final GroupOptions APPLICATION = GroupOptions.named("application").retained();

  @TempDir private Path folder;
  private Hosts hosts;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[300]);

  // On the near host.
  private Ring near;
  private Publication nearOrders;
  private Producer orders;
  private TopicPublisher prices;

  // On the far one.
  private Ring far;
  private Publication farOrders;
  private Consumer consumer;
  private TopicSubscriber subscriber;
  private final List<Long> ordersRead = new ArrayList<>();
  private final List<Long> pricesRead = new ArrayList<>();
  private final Map<Origin, Long> newest = new HashMap<>();

  @BeforeEach
  void open() throws IOException {
    hosts = new Hosts(folder);
    near = Ring.create(SMALL);
    near.addGroup(GroupOptions.named("bridge").retained());
    nearOrders = hosts.near.publish("orders", near, Capabilities.none());
    orders = near.addProducer();
    prices =
        Topic.publisher(
            hosts.near,
            "prices",
            PublisherOptions.capacity(1 << 16).required(GroupOptions.named("bridge")));
    far = Ring.create(SMALL);
    farOrders = hosts.far.publish("orders", far, Capabilities.none());
    consumer = far.addConsumer(APPLICATION);
    subscriber = Topic.subscriber(hosts.far, "prices", APPLICATION);
  }

  @AfterEach
  void close() {
    subscriber.close();
    far.close();
    farOrders.close();
    prices.close();
    nearOrders.close();
    near.close();
    hosts.close();
  }

  private ChildProcess start(Class<?> side, String... flags) {
    return side == SenderProcess.class
        ? ChildProcess.startUnder(
            List.of(),
            List.of(flags),
            side,
            folder.toString(),
            hosts.channel,
            hosts.archive,
            "orders",
            "prices")
        : ChildProcess.startUnder(
            List.of(), List.of(flags), side, folder.toString(), hosts.channel, hosts.archive);
  }

  /** Writes both, and reads what has come meanwhile. */
  private void offer(long from, long to) {
    for (long i = from; i < to; i++) {
      offerOrder(i);
      offerPrice(i);
    }
  }

  private void offerOrder(long number) {
    int length = fill(number);
    Eventually.await("room", DEADLINE, () -> read() && orders.offer(1, message, 0, length) >= 0);
  }

  private void offerPrice(long number) {
    int length = fill(number);
    Eventually.await("room", DEADLINE, () -> read() && prices.offer(1, message, 0, length) >= 0);
  }

  private int fill(long number) {
    message.putLong(0, number);
    return (int) (8 + number % 250);
  }

  private boolean read() {
    consumer.poll((type, buffer, offset, length) -> ordersRead.add(buffer.getLong(offset)), 100);
    subscriber.poll(
        (type, buffer, offset, length) -> {
          long number = buffer.getLong(offset);
          pricesRead.add(number);
          Long before = newest.put(subscriber.origin(), number);
          if (before != null && before >= number) {
            throw new AssertionError(number + " came after " + before);
          }
        },
        100);
    return true;
  }

  private void expectAll(long all) {
    Eventually.await(
        "all", DEADLINE, () -> read() && ordersRead.size() >= all && pricesRead.size() >= all);
    List<Long> expected = LongStream.range(0, all).boxed().toList();
    assertEquals(expected, ordersRead);
    // The publisher of a receiver that was killed ends, and another one goes on.
    assertEquals(expected, pricesRead.stream().sorted().toList());
  }

  @ParameterizedTest
  @CsvSource({
    "RECORD_PUBLISHED, 1",
    "RECORD_PUBLISHED, 7",
    "PROGRESS_NOTED, 1",
    "PROGRESS_NOTED, 3",
    "OWN_GROUP_READ, 2"
  })
  void aKilledReceiverHasPublishedEachRecordOnce(String step, int times) {
    try (ChildProcess sender = start(SenderProcess.class)) {
      try (ChildProcess receiver = stopping(ReceiverProcess.class, step, times)) {
        offer(0, 20);
        Eventually.await("the step", DEADLINE, () -> read() && hasStopped(receiver));
        receiver.kill();
      }
      try (ChildProcess next = start(ReceiverProcess.class)) {
        offer(20, 40);
        expectAll(40);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"RECORDS_SENT, 3", "RECORDS_CONFIRMED, 3"})
  void aKilledSenderHasLostNothing(String step, int times) {
    try (ChildProcess receiver = start(ReceiverProcess.class)) {
      try (ChildProcess sender = stopping(SenderProcess.class, step, times)) {
        offer(0, 20);
        Eventually.await("the step", DEADLINE, () -> read() && hasStopped(sender));
        sender.kill();
      }
      offer(20, 40);
      try (ChildProcess next = start(SenderProcess.class)) {
        expectAll(40);
      }
    }
  }

  private ChildProcess stopping(Class<?> side, String step, int times) {
    return stopping(side, step, times, 3); // So that there is more than one of each step.
  }

  private ChildProcess stopping(Class<?> side, String step, int times, int batch) {
    return start(
        side,
        "-Dio.millrace.bridge.steps=" + StopAtStep.class.getName(),
        "-Dbatch=" + batch,
        "-Dstep=" + step,
        "-Dtimes=" + times);
  }

  private static boolean hasStopped(ChildProcess child) {
    return child.printed().contains("stopped");
  }

  private static boolean isAllRead(Ring ring) {
    RingCounters counters = ring.counters();
    return counters.groups().get(0).position() == counters.position();
  }

  /** A frame that ends with a page of zeros is whole, too. */
  @Test
  void aSenderKilledBehindAFrameOnTwoPagesGoesOn() {
    long sent = 0;
    try (ChildProcess receiver = start(ReceiverProcess.class)) {
      try (ChildProcess sender = start(SenderProcess.class)) {
        Path archive = folder.resolve("archive");
        RecordedFrames recorded = RecordedFrames.in(archive);
        while (!recorded.endsWithZerosOnAnotherPage()) {
          long before = recorded.end();
          offerOrder(sent++);
          Eventually.await(
              "recorded", DEADLINE, () -> read() && RecordedFrames.in(archive).end() > before);
          recorded = RecordedFrames.in(archive);
        }
        Eventually.await("confirmed", DEADLINE, () -> read() && isAllRead(near));
        sender.kill();
      }
      for (long i = 0; i < sent; i++) {
        offerPrice(i);
      }
      try (ChildProcess next = start(SenderProcess.class)) {
        offer(sent, sent + 20);
        expectAll(sent + 20);
      }
    }
  }

  /**
   * The archive has the beginning of a frame, up to the end of a page: so far had the kernel come
   * with a write. No record of it was confirmed.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSenderKilledInsideAWriteOfTheArchiveGoesOn(boolean hadAReceiver) {
    int records = 40;
    long bytes = 0;
    for (long i = 0; i < records; i++) {
      offerOrder(i);
      bytes += RecordedFrames.lengthOf(fill(i));
    }
    long atLeast = bytes;
    ChildProcess receiver = hadAReceiver ? start(ReceiverProcess.class) : null;
    try {
      Path archive = folder.resolve("archive");
      try (ChildProcess sender = stopping(SenderProcess.class, "RECORDS_SENT", 1, 2 * records)) {
        Eventually.await(
            "all of it in the archive",
            DEADLINE,
            () ->
                read()
                    && hasStopped(sender)
                    && RecordedFrames.in(archive).end() >= atLeast
                    && (!hadAReceiver || ordersRead.size() == records));
        sender.kill();
      }
      assertFalse(isAllRead(near));
      RecordedFrames.in(archive).cutInsideAFrameOnTwoPages();
      receiver = hadAReceiver ? receiver : start(ReceiverProcess.class);
      for (long i = 0; i < records; i++) {
        offerPrice(i);
      }
      try (ChildProcess next = start(SenderProcess.class)) {
        offer(records, records + 20);
        expectAll(records + 20);
      }
    } finally {
      if (receiver != null) {
        receiver.close();
      }
    }
  }

  /** Killed at any moment, in the middle of what the engine does, too. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS) // As many kills as are asked for.
  void sidesThatAreKilledAllTheTimeLoseAndDoubleNothing() {
    Random random = new Random(Long.getLong("millrace.seed", 7));
    int kills = Integer.getInteger("millrace.bridge.kills", 4);
    ChildProcess sender = start(SenderProcess.class);
    ChildProcess receiver = start(ReceiverProcess.class);
    try {
      long sent = 0;
      for (int i = 0; i < kills; i++) {
        long killAt = sent + 500 + random.nextInt(3000);
        offer(sent, killAt);
        sent = killAt;
        if (random.nextBoolean()) {
          receiver.close();
          receiver = start(ReceiverProcess.class);
        } else {
          sender.close();
          sender = start(SenderProcess.class);
        }
      }
      expectAll(sent);
    } catch (AssertionError failure) {
      throw new AssertionError(
          said("sender", sender)
              + said("receiver", receiver)
              + near.counters().groups()
              + far.counters().groups(),
          failure);
    } finally {
      sender.close();
      receiver.close();
    }
  }

  private static String said(String side, ChildProcess process) {
    return side
        + (process.isAlive() ? " printed " : " has ended and printed ")
        + process.printed()
        + " ";
  }
}
