package io.millrace.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Aeron;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchivingMediaDriver;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.status.RecordingPos;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import io.millrace.topic.Ending;
import io.millrace.topic.Origin;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.SubscriberOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicListener;
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
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both sides in one process. */
@Timeout(180)
@SuppressWarnings("try") // What is only there for others to meet.
class BridgeTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final GroupOptions APPLICATION = GroupOptions.named("application").retained();

  @TempDir private Path folder;
  private Hosts hosts;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[20_000]);

  @BeforeEach
  void open() throws IOException {
    hosts = new Hosts(folder);
  }

  @AfterEach
  void close() {
    hosts.close();
  }

  private BridgeSender send(String... names) {
    BridgeSender sender = BridgeSender.open(hosts.near, hosts.sending());
    for (String name : names) {
      sender.add(name);
    }
    return sender;
  }

  private BridgeReceiver receive() {
    return BridgeReceiver.open(hosts.far, hosts.receiving());
  }

  /** Lets both sides, where they are there, do their work until something is so. */
  private static void until(
      String what, BridgeSender sender, BridgeReceiver receiver, BooleanSupplier condition) {
    Eventually.await(
        what,
        DEADLINE,
        () -> {
          if (sender != null) {
            sender.poll(100);
          }
          if (receiver != null) {
            receiver.poll(100);
          }
          return condition.getAsBoolean();
        });
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private void offer(Producer producer, long from, long to) {
    for (long i = from; i < to; i++) {
      message.putLong(0, i);
      assertTrue(producer.offer(1, message, 0, 8) > 0, "room");
    }
  }

  private void offer(TopicPublisher publisher, long from, long to) {
    for (long i = from; i < to; i++) {
      message.putLong(0, i);
      assertTrue(publisher.offer(1, message, 0, 8) > 0, "room");
    }
  }

  private static int poll(Consumer consumer, List<Long> into) {
    consumer.poll((type, buffer, offset, length) -> into.add(buffer.getLong(offset)), 1000);
    return into.size();
  }

  @Test
  void aRingArrivesByteForByte() {
    Random random = new Random(7);
    List<byte[]> sent = new ArrayList<>();
    List<byte[]> received = new ArrayList<>();
    List<Integer> types = new ArrayList<>();
    try (Ring near = Ring.create(RingOptions.capacity(1 << 20));
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        Ring far = Ring.create(RingOptions.capacity(1 << 20));
        Publication there = hosts.far.publish("orders", far, Capabilities.none());
        Consumer consumer = far.addConsumer(APPLICATION);
        BridgeReceiver receiver = receive();
        BridgeSender sender = send("orders")) {
      for (int i = 0; i < 40; i++) {
        byte[] bytes = new byte[i % 4 == 0 ? 15_000 : random.nextInt(100)];
        random.nextBytes(bytes);
        sent.add(bytes);
        producer.offer(i, new UnsafeBuffer(bytes), 0, bytes.length);
      }
      until(
          "all",
          sender,
          receiver,
          () -> {
            consumer.poll(
                (type, buffer, offset, length) -> {
                  byte[] bytes = new byte[length];
                  buffer.getBytes(offset, bytes);
                  received.add(bytes);
                  types.add(type);
                },
                100);
            return received.size() >= sent.size();
          });
      for (int i = 0; i < sent.size(); i++) {
        assertEquals(i, types.get(i));
        assertArrayEquals(sent.get(i), received.get(i));
      }
      until(
          "the archive's word",
          sender,
          null,
          () -> near.counters().retainedPosition() == near.counters().position());
      assertEquals(0, receiver.alreadyPublished());
    }
  }

  @Test
  void aReceiverThatComesLateGetsAllAndMakesTheRing() {
    try (Ring near = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        BridgeSender sender = send("orders")) {
      for (int i = 0; i < 5; i++) { // More than the ring holds.
        offer(producer, 1000L * i, 1000L * (i + 1));
        until(
            "archived",
            sender,
            null,
            () -> near.counters().retainedPosition() == near.counters().position());
      }
      List<Long> received = new ArrayList<>();
      try (Ring far = Ring.create(RingOptions.capacity(1 << 16));
          Publication there = hosts.far.publish("orders", far, Capabilities.none());
          Consumer consumer = far.addConsumer(APPLICATION);
          BridgeReceiver receiver = receive()) {
        until("all", sender, receiver, () -> poll(consumer, received) >= 5000);
        offer(producer, 5000, 6000);
        until("live", sender, receiver, () -> poll(consumer, received) >= 6000);
      }
      assertEquals(numbers(0, 6000), received);
    }
  }

  @Test
  void eachPublisherIsAPublisherThereUntilItEnds() {
    List<String> news = new ArrayList<>();
    Map<Long, List<Long>> received = new HashMap<>();
    TopicListener listener =
        new TopicListener() {
          @Override
          public void onEnded(Origin publisher, Ending how) {
            news.add("ended");
          }
        };
    SubscriberOptions options =
        SubscriberOptions.group(GroupOptions.named("screen")).listener(listener);
    PublisherOptions shape = PublisherOptions.capacity(1 << 16);
    try (TopicSubscriber subscriber = Topic.subscriber(hosts.far, "prices", options);
        BridgeReceiver receiver = receive();
        BridgeSender sender = send("prices");
        TopicPublisher one = Topic.publisher(hosts.near, "prices", shape)) {
      try (TopicPublisher two = Topic.publisher(hosts.near, "prices", shape)) {
        offer(one, 0, 100);
        offer(two, 1000, 1100);
        until(
            "both",
            sender,
            receiver,
            () -> {
              subscriber.poll(
                  (type, buffer, offset, length) ->
                      received
                          .computeIfAbsent(subscriber.origin().instance(), id -> new ArrayList<>())
                          .add(buffer.getLong(offset)),
                  100);
              return received.values().stream().mapToInt(List::size).sum() >= 200;
            });
      }
      assertEquals(2, received.size());
      assertTrue(received.containsValue(numbers(0, 100)), received.toString());
      assertTrue(received.containsValue(numbers(1000, 1100)), received.toString());
      until(
          "the end of one",
          sender,
          receiver,
          () -> {
            subscriber.poll((type, buffer, offset, length) -> {}, 100);
            return !news.isEmpty();
          });
      assertEquals(1, subscriber.publishers().size());
    }
  }

  @Test
  void whatComesBetweenTwoSendersAndTwoReceiversIsNotLost() {
    List<Long> received = new ArrayList<>();
    try (Ring near = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        Ring far = Ring.create(RingOptions.capacity(1 << 16));
        Publication there = hosts.far.publish("orders", far, Capabilities.none());
        Consumer consumer = far.addConsumer(APPLICATION)) {
      for (int round = 0; round < 3; round++) {
        long all = 100L * (round + 1);
        try (BridgeSender sender = send("orders")) {
          offer(producer, all - 100, all - 50);
          until(
              "sent",
              sender,
              null,
              () -> near.counters().retainedPosition() == near.counters().position());
          offer(producer, all - 50, all);
          try (BridgeReceiver receiver = receive()) {
            until("received", sender, receiver, () -> poll(consumer, received) >= all);
          }
        }
      }
      assertEquals(numbers(0, 300), received);
    }
  }

  @Test
  void theSlowestOfManyReceiversHoldsTheSenderAndEachGetsAll() throws IOException {
    Hosts.Many many = new Hosts.Many(hosts, folder);
    List<Long> one = new ArrayList<>();
    List<Long> two = new ArrayList<>();
    try (Ring near = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        Ring farOne = Ring.create(RingOptions.capacity(1 << 16));
        Publication first = hosts.far.publish("orders", farOne, Capabilities.none());
        Consumer consumerOne = farOne.addConsumer(APPLICATION);
        Registry other = Registry.open(folder.resolve("other"));
        Ring farTwo = Ring.create(RingOptions.capacity(1 << 16));
        Publication second = other.publish("orders", farTwo, Capabilities.none());
        Consumer consumerTwo = farTwo.addConsumer(APPLICATION);
        BridgeReceiver fast = BridgeReceiver.open(hosts.far, many.receiving(1));
        BridgeSender sender = BridgeSender.open(hosts.near, many.sending())) {
      sender.add("orders");
      boolean[] isLive = {false};
      BridgeListener listener =
          new BridgeListener() {
            @Override
            public void onLive() {
              isLive[0] = true;
            }
          };
      try (BridgeReceiver slow = BridgeReceiver.open(other, many.receiving(2).listener(listener))) {
        offer(producer, 0, 100);
        until(
            "both",
            sender,
            fast,
            () -> {
              slow.poll(100);
              // What it got out of the archive holds nobody.
              return poll(consumerOne, one) >= 100 && poll(consumerTwo, two) >= 100 && isLive[0];
            });
        // Nobody polls the slow one: it is waited for, with the ring full at last.
        long[] sent = {100};
        until(
            "back-pressure",
            sender,
            fast,
            () -> {
              poll(consumerOne, one);
              message.putLong(0, sent[0]);
              boolean wasOffered = producer.offer(1, message, 0, 1000) > 0;
              sent[0] += wasOffered ? 1 : 0;
              return !wasOffered && sender.unconfirmedBytes() == 0;
            });
        until(
            "the rest",
            sender,
            fast,
            () -> {
              slow.poll(100);
              poll(consumerOne, one);
              poll(consumerTwo, two);
              message.putLong(0, sent[0]);
              sent[0] += producer.offer(1, message, 0, 8) > 0 ? 1 : 0;
              return sent[0] >= 2000;
            });
        until(
            "both again",
            sender,
            fast,
            () -> {
              slow.poll(100);
              return poll(consumerOne, one) >= 2000 && poll(consumerTwo, two) >= 2000;
            });
      }
      // One is away: the archive has what it misses.
      offer(producer, 2000, 2100);
      until("one", sender, fast, () -> poll(consumerOne, one) >= 2100);
      try (BridgeReceiver back = BridgeReceiver.open(other, many.receiving(2))) {
        until("the other", sender, back, () -> poll(consumerTwo, two) >= 2100);
      }
    }
    assertEquals(numbers(0, 2100), one);
    assertEquals(numbers(0, 2100), two);
  }

  @Test
  void aDriverWithAnArchiveThatRunsAlreadyServesBothSides() {
    Path directory = folder.resolve("foreign");
    List<Long> received = new ArrayList<>();
    try (ArchivingMediaDriver driver =
            ArchivingMediaDriver.launch(
                new MediaDriver.Context()
                    .aeronDirectoryName(directory.toString())
                    .threadingMode(ThreadingMode.SHARED)
                    .dirDeleteOnShutdown(true),
                new Archive.Context()
                    .aeronDirectoryName(directory.toString())
                    .archiveDir(folder.resolve("archive").toFile())
                    .controlChannel("aeron:udp?endpoint=" + hosts.archive)
                    .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
                    .threadingMode(ArchiveThreadingMode.SHARED));
        Ring near = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        Ring far = Ring.create(RingOptions.capacity(1 << 16));
        Publication there = hosts.far.publish("orders", far, Capabilities.none());
        Consumer consumer = far.addConsumer(APPLICATION);
        BridgeReceiver receiver =
            BridgeReceiver.open(hosts.far, hosts.receiving().foreignDriver(directory))) {
      BridgeSenderOptions through =
          BridgeSenderOptions.through(hosts.channel, directory).startingAtOldest();
      for (int round = 1; round <= 2; round++) {
        long all = 100L * round;
        recordSomethingElse(directory); // In the same archive, with the same number.
        try (BridgeSender sender = BridgeSender.open(hosts.near, through)) {
          sender.add("orders");
          offer(producer, all - 100, all);
          until("all", sender, receiver, () -> poll(consumer, received) >= all);
        }
      }
    }
    assertEquals(numbers(0, 200), received);
  }

  private static void recordSomethingElse(Path driver) {
    try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.toString()));
        AeronArchive archive = Store.connect(aeron);
        io.aeron.Publication other =
            archive.addRecordedPublication("aeron:ipc", BridgeSenderOptions.STREAM)) {
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      Eventually.await("something", DEADLINE, () -> other.offer(message) > 0);
      Eventually.await(
          "its recording",
          DEADLINE,
          () ->
              RecordingPos.findCounterIdBySession(
                      aeron.countersReader(), other.sessionId(), archive.archiveId())
                  >= 0);
    }
  }

  @Test
  void theDriverOfSomebodyElseStays() {
    Path directory = folder.resolve("foreign");
    MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnShutdown(true);
    try (MediaDriver driver = MediaDriver.launch(context);
        Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString()))) {
      BridgeException sender =
          assertThrows(
              BridgeException.class,
              () -> BridgeSender.open(hosts.near, hosts.sending().driver(directory)));
      assertTrue(sender.getMessage().contains("a media driver runs in"), sender.getMessage());
      BridgeException receiver =
          assertThrows(
              BridgeException.class,
              () -> BridgeReceiver.open(hosts.far, hosts.receiving().driver(directory)));
      assertTrue(receiver.getMessage().contains("a media driver runs in"), receiver.getMessage());
      aeron.addPublication("aeron:ipc", 1).close(); // It lives.
    }
  }

  @Test
  void ringsThatAreReplacedLeaveTheNotes() {
    List<Long> received = new ArrayList<>();
    List<BridgedSource> ended = new ArrayList<>();
    BridgeListener listener =
        new BridgeListener() {
          @Override
          public void onEnded(BridgedSource source) {
            ended.add(source);
          }
        };
    try (Ring far = Ring.create(RingOptions.capacity(1 << 16));
        Publication there = hosts.far.publish("orders", far, Capabilities.none());
        Consumer consumer = far.addConsumer(APPLICATION)) {
      try (BridgeReceiver receiver =
          BridgeReceiver.open(hosts.far, hosts.receiving().listener(listener))) {
        for (int round = 0; round < 3; round++) { // The last two under one sender.
          BridgeSender sender = send("orders");
          for (int i = 0; i < (round == 2 ? 2 : 1); i++) {
            try (Ring near = Ring.create(RingOptions.capacity(1 << 16))) {
              near.addGroup(GroupOptions.named("bridge").retained());
              try (Publication published = hosts.near.publish("orders", near, Capabilities.none());
                  Producer producer = near.addProducer()) {
                long sent = received.size();
                offer(producer, sent, sent + 10);
                until("all", sender, receiver, () -> poll(consumer, received) >= sent + 10);
                until("the ends", sender, receiver, () -> 10L * ended.size() >= sent);
              }
            }
          }
          sender.close();
        }
      }
    }
    assertEquals(numbers(0, 40), received);
    try (Progress notes = Progress.open(folder.resolve("received").resolve(Progress.NOTES))) {
      assertEquals(4, notes.sources.size());
      assertEquals(1, notes.sources.values().stream().filter(one -> !one.hasEnded).count());
    }
  }

  @Test
  void publishersThatEndWhileNoSenderIsThereEndThere() {
    PublisherOptions shape = PublisherOptions.capacity(1 << 16);
    SubscriberOptions options = SubscriberOptions.group(GroupOptions.named("screen"));
    try (TopicSubscriber subscriber = Topic.subscriber(hosts.far, "prices", options);
        BridgeReceiver receiver = receive()) {
      try (TopicPublisher gone = Topic.publisher(hosts.near, "prices", shape)) {
        try (BridgeSender sender = send("prices")) {
          until(
              "it is there",
              sender,
              receiver,
              () -> {
                subscriber.poll((type, buffer, offset, length) -> {}, 1);
                return !subscriber.publishers().isEmpty();
              });
        }
      }
      try (BridgeSender next = send("prices")) {
        until(
            "its end",
            next,
            receiver,
            () -> {
              subscriber.poll((type, buffer, offset, length) -> {}, 1);
              return subscriber.publishers().isEmpty();
            });
      }
    }
  }

  @Test
  void whatCannotBeIsRefusedInASentence() {
    try (BridgeSender sender = send("orders")) {
      assertThrows(IllegalArgumentException.class, () -> sender.add("orders"));
      BridgeException second = assertThrows(BridgeException.class, () -> send("orders"));
      assertTrue(second.getMessage().contains("is used by another bridge"), second.getMessage());
      assertEquals(0, sender.poll(0));
      Thread.currentThread().interrupt();
      assertEquals(0, sender.poll(1, Long.MAX_VALUE));
      assertTrue(Thread.interrupted());
      sender.wakeup();
      assertEquals(0, sender.poll(1, Long.MAX_VALUE));
    }
    BridgeException nonsense =
        assertThrows(
            BridgeException.class,
            () ->
                BridgeSender.open(
                    hosts.near, Hosts.sending(folder, "aeron:tcp?endpoint=x", hosts.archive)));
    assertTrue(nonsense.getMessage().startsWith("cannot record"), nonsense.getMessage());
    try (Ring far = Ring.create(RingOptions.capacity(1 << 16));
        Publication there = hosts.far.publish("orders", far, Capabilities.none());
        Registry other = Registry.open(folder.resolve("near"));
        BridgeReceiver receiver = receive()) {
      assertEquals(0, receiver.poll(10, 1000));
      BridgeException taken = assertThrows(BridgeException.class, this::receive);
      assertTrue(taken.getMessage().contains("is used by another bridge"), taken.getMessage());
    }
  }
}
