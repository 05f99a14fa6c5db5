package io.millrace.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.os.Closing;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Over a network of the kernel that loses packets, and is cut. */
@Timeout(300)
@SuppressWarnings("try") // What is only there for others to meet.
class NetworkTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final GroupOptions APPLICATION = GroupOptions.named("application").retained();

  @TempDir private Path folder;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[300]);
  private final List<Long> read = new ArrayList<>();
  private Network network;
  private Hosts hosts;
  private Ring near;
  private Publication nearOrders;
  private Producer producer;
  private Ring far;
  private Publication farOrders;
  private Consumer consumer;

  @BeforeEach
  void open() throws IOException {
    network = new Network();
    hosts = new Hosts(folder);
    near = Ring.create(RingOptions.capacity(1 << 16));
    near.addGroup(GroupOptions.named("bridge").retained());
    nearOrders = hosts.near.publish("orders", near, Capabilities.none());
    producer = near.addProducer();
    far = Ring.create(RingOptions.capacity(1 << 16));
    farOrders = hosts.far.publish("orders", far, Capabilities.none());
    consumer = far.addConsumer(APPLICATION);
  }

  @AfterEach
  void close() {
    if (network != null && hosts != null) {
      far.close();
      farOrders.close();
      near.close();
      nearOrders.close();
      hosts.close();
      network.close();
    }
  }

  private String channel() {
    return "aeron:udp?endpoint=" + network.farAddress() + ":9000|term-length=256k";
  }

  private String archive() {
    return network.nearAddress() + ":9001";
  }

  private ChildProcess startSender(String channel) {
    return ChildProcess.startUnder(
        network.onNear(),
        List.of(),
        SenderProcess.class,
        folder.toString(),
        channel,
        archive(),
        "orders");
  }

  private ChildProcess startReceiver(Path own, String channel) {
    return ChildProcess.startUnder(
        network.onFar(),
        List.of("-Dhost=" + network.farAddress()),
        ReceiverProcess.class,
        own.toString(),
        channel,
        archive());
  }

  /** Receivers that are live hold the sender: what they publish must be read meanwhile. */
  private Runnable readElsewhere = () -> {};

  private boolean read() {
    readElsewhere.run();
    consumer.poll((type, buffer, offset, length) -> read.add(buffer.getLong(offset)), 100);
    return true;
  }

  private void offer(long from, long to) {
    for (long i = from; i < to; i++) {
      message.putLong(0, i);
      int length = (int) (8 + i % 250);
      Eventually.await(
          "room", DEADLINE, () -> read() && producer.offer(1, message, 0, length) >= 0);
    }
  }

  private void expectAll(long all) {
    Eventually.await("all", DEADLINE, () -> read() && read.size() >= all);
    assertEquals(LongStream.range(0, all).boxed().toList(), read);
  }

  private void await(ChildProcess child, String line) {
    Eventually.await(line, DEADLINE, () -> read() && child.printed().contains(line));
  }

  @Test
  void packetsThatAreLostComeAgain() {
    network.losePackets();
    try (ChildProcess receiver = startReceiver(folder, channel());
        ChildProcess sender = startSender(channel())) {
      offer(0, 10_000);
      expectAll(10_000);
    }
  }

  @Test
  void whatIsSentWhileTheLinkIsCutComesFromTheArchive() {
    try (ChildProcess receiver = startReceiver(folder, channel());
        ChildProcess sender = startSender(channel())) {
      offer(0, 1000);
      expectAll(1000);
      await(receiver, "live");
      network.cut();
      offer(1000, 2000);
      await(receiver, "behind");
      offer(2000, 3000); // Into the archive: nobody waits for a receiver that is gone.
      network.mend();
      expectAll(3000);
    }
  }

  @Test
  void aSlowLinkLosesNothing() {
    network.slowDown("4mbit");
    try (ChildProcess receiver = startReceiver(folder, channel());
        ChildProcess sender = startSender(channel())) {
      offer(0, 6000); // A megabyte, of which the ring holds a sixteenth.
      expectAll(6000);
    }
  }

  @Test
  void oneOfTwoReceiversIsKilledAndBothGetAll() throws IOException {
    String control = "|control=" + network.nearAddress() + ":9000|control-mode=dynamic";
    bothGetAll(
        "aeron:udp?term-length=256k" + control,
        "aeron:udp?endpoint=" + network.farAddress() + ":9002" + control,
        "aeron:udp?endpoint=" + network.farAddress() + ":9003" + control);
  }

  @Test
  void oneOfTwoReceiversOfAMulticastIsKilledAndBothGetAll() throws IOException {
    bothGetAll(multicast() + "|term-length=256k", multicast(), multicast());
  }

  private String multicast() {
    return "aeron:udp?endpoint=224.0.1.1:9000|interface=" + network.nearAddress() + "/24";
  }

  @Test
  void theSlowestReceiverOfAMulticastIsWaitedFor() throws IOException {
    try (OtherHost other = new OtherHost(Files.createDirectory(folder.resolve("other")));
        ChildProcess sender = startSender(multicast() + "|term-length=256k");
        ChildProcess fast = startReceiver(folder, multicast());
        ChildProcess slow = startReceiver(other.folder, multicast())) {
      await(fast, "live");
      await(slow, "live");
      // Nobody reads what the slow one publishes, until its ring is full and the one here.
      long[] sent = {0};
      Eventually.await(
          "back-pressure",
          DEADLINE,
          () -> {
            read();
            message.putLong(0, sent[0]);
            boolean wasOffered = producer.offer(1, message, 0, 200) >= 0;
            sent[0] += wasOffered ? 1 : 0;
            return !wasOffered && sideOnNear().state().equals("there is no room on the wire");
          });
      Eventually.await(
          "the rest there",
          DEADLINE,
          () -> {
            other.poll();
            return read() && read.size() >= sent[0] && other.read.size() >= sent[0];
          });
      assertEquals(LongStream.range(0, sent[0]).boxed().toList(), other.read);
      assertEquals(other.read, read);
      assertFalse(slow.printed().contains("behind"), slow.printed().toString());
    }
  }

  private BridgeStatus sideOnNear() {
    return hosts.near.list().stream()
        .map(BridgeStatus::of)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow();
  }

  private void bothGetAll(String to, String first, String second) throws IOException {
    network.losePackets();
    try (OtherHost other = new OtherHost(Files.createDirectory(folder.resolve("other")));
        ChildProcess sender = startSender(to);
        ChildProcess stays = startReceiver(folder, first)) {
      readElsewhere = other::poll;
      try (ChildProcess killed = startReceiver(other.folder, second)) {
        offer(0, 2000);
        Eventually.await("some of it", DEADLINE, () -> read() && other.read.size() > 100);
      }
      offer(2000, 4000);
      try (ChildProcess next = startReceiver(other.folder, second)) {
        expectAll(4000);
        Eventually.await("all there, too", DEADLINE, () -> read() && other.read.size() >= 4000);
      }
      assertEquals(read, other.read);
    }
  }

  /** A further far host, on whose ring of orders somebody reads. */
  private static final class OtherHost implements AutoCloseable {
    final Path folder;
    final List<Long> read = new ArrayList<>();
    private final Registry registry;
    private final Ring ring = Ring.create(RingOptions.capacity(1 << 16));
    private final Publication orders;
    private final Consumer reader = ring.addConsumer(APPLICATION);

    OtherHost(Path folder) {
      this.folder = folder;
      registry = Registry.open(folder.resolve("far"));
      orders = registry.publish("orders", ring, Capabilities.none());
    }

    void poll() {
      reader.poll((type, buffer, offset, length) -> read.add(buffer.getLong(offset)), 100);
    }

    @Override
    public void close() {
      Closing.closeAll(reader, orders, ring, registry);
    }
  }
}
