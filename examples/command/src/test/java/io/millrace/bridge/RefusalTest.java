package io.millrace.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Publication;
import io.millrace.discovery.model.Capabilities;
import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is hostile, refused or fails for a while costs what it is about, and nothing else. */
@Timeout(180)
@SuppressWarnings("try") // What is only there for others to meet.
class RefusalTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);
  private static final GroupOptions APPLICATION = GroupOptions.named("application").retained();
  private static final BridgedSource.Kind RING = BridgedSource.Kind.RING;

  @TempDir private Path folder;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
  private final List<Long> read = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final BridgeListener listener =
      new BridgeListener() {
        @Override
        public void onRefused(String name, RuntimeException why) {
          refused.add(name + ": " + why.getMessage());
        }
      };
  private Hosts hosts;
  private Ring far;
  private Publication farOrders;
  private Consumer consumer;

  @BeforeEach
  void open() throws IOException {
    hosts = new Hosts(folder);
    far = Ring.create(SMALL);
    farOrders = hosts.far.publish("orders", far, Capabilities.none());
    consumer = far.addConsumer(APPLICATION);
  }

  @AfterEach
  void close() {
    far.close();
    farOrders.close();
    hosts.close();
  }

  private BridgeReceiver receive() {
    return BridgeReceiver.open(hosts.far, hosts.receiving().listener(listener));
  }

  private int read() {
    consumer.poll((type, buffer, offset, length) -> read.add(buffer.getLong(offset)), 100);
    return read.size();
  }

  private void offer(Producer producer, int type, long number) {
    message.putLong(0, number);
    assertTrue(producer.offer(type, message, 0, 8) >= 0, "room");
  }

  @Test
  void framesThatNoSenderSendsHoldNothingUp() {
    try (BridgeReceiver receiver = receive();
        FramesByHand hand = new FramesByHand(hosts.sending(), 1)) {
      hand.describe(7, RING, "orders");
      hand.record(7, 0, 1, 0);
      hand.record(7, 64, -77, 1);
      hand.describe(8, RING.ordinal() + 55, "orders");
      hand.record(8, 0, 1, 2);
      hand.describe(9, RING, "../orders");
      hand.record(9, 0, 1, 3);
      hand.describe(10, BridgedSource.Kind.PUBLISHER, "");
      hand.record(10, 0, 1, 4);
      hand.ended(11);
      hand.record(7, 128, 1, 5);
      Eventually.await("the rest", DEADLINE, () -> receiver.poll(100) >= 0 && read() >= 2);
    }
    assertEquals(List.of(0L, 5L), read);
    assertEquals(4, refused.size(), refused.toString());
  }

  @Test
  void aRecordOfATypeThatNoProducerWritesIsLeftOut() {
    try (Ring near = Ring.create(SMALL);
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        BridgeSender sender = BridgeSender.open(hosts.near, hosts.sending().listener(listener));
        BridgeReceiver receiver = receive()) {
      near.addGroup(GroupOptions.named("bridge").retained());
      for (int i = 0; i < 3; i++) {
        offer(producer, 1000 + i, i);
      }
      changeType(near, 1001, -5);
      sender.add("orders");
      Eventually.await(
          "the others",
          DEADLINE,
          () -> sender.poll(100) >= 0 && receiver.poll(100) >= 0 && read() >= 2);
      Eventually.await(
          "the archive's word",
          DEADLINE,
          () ->
              sender.poll(100) >= 0
                  && near.counters().retainedPosition() == near.counters().position());
    }
    assertEquals(List.of(0L, 2L), read);
    assertEquals(1, refused.size(), refused.toString());
    assertTrue(refused.get(0).contains("of type -5"), refused.toString());
  }

  /** As only a hostile member does. */
  private static void changeType(Ring ring, int from, int to) {
    try (Descriptor memory = Descriptor.duplicateOf(ring.descriptors()[0], "ring");
        Mapping mapping = Mapping.of(memory, 0, memory.status().size(), true)) {
      ByteBuffer bytes = mapping.buffer(0, (int) mapping.length()).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = bytes.capacity() - Integer.BYTES; at >= 0; at -= Integer.BYTES) {
        if (bytes.getInt(at) == from) {
          bytes.putInt(at, to);
          return;
        }
      }
      throw new AssertionError("no record of type " + from);
    }
  }

  @Test
  void aRingThatSomebodyElseWritesToIsWaitedFor() {
    try (Ring near = Ring.create(SMALL);
        Publication published = hosts.near.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        BridgeSender sender = BridgeSender.open(hosts.near, hosts.sending())) {
      near.addGroup(GroupOptions.named("bridge").retained());
      sender.add("orders");
      offer(producer, 1, 0);
      try (Producer other = far.addProducer()) {
        for (int i = 0; i < 2; i++) { // The next receiver starts as well.
          refused.clear();
          try (BridgeReceiver receiver = receive()) {
            Eventually.await(
                "the refusal",
                DEADLINE,
                () -> sender.poll(100) >= 0 && receiver.poll(100) == 0 && !refused.isEmpty());
            assertTrue(refused.get(0).contains("somebody else writes"), refused.toString());
          }
        }
      }
      try (BridgeReceiver receiver = receive()) {
        Eventually.await(
            "the record",
            DEADLINE,
            () -> sender.poll(100) >= 0 && receiver.poll(100) >= 0 && read() >= 1);
      }
      // One that had the ring says so at once.
      try (Producer other = far.addProducer()) {
        BridgeException refusal = assertThrows(BridgeException.class, this::receive);
        assertTrue(refusal.getMessage().contains("somebody else writes"), refusal.getMessage());
      }
      offer(producer, 1, 1);
      try (BridgeReceiver receiver = receive()) {
        Eventually.await(
            "the next record",
            DEADLINE,
            () -> sender.poll(100) >= 0 && receiver.poll(100) >= 0 && read() >= 2);
      }
    }
    assertEquals(List.of(0L, 1L), read);
  }

  @Test
  void aNoteThatFailsOnAFullDiskIsWrittenOnceThereIsRoom() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    String namespaces = "unshare --user --map-root-user --mount";
    Tools.assumeAllowed((namespaces + " mount -t tmpfs none " + disk).split(" "));
    List<String> wrapper = new ArrayList<>(List.of(namespaces.split(" ")));
    wrapper.addAll(
        List.of("sh", "-c", "mount -t tmpfs -o size=4m none '" + disk + "' && exec \"$@\"", "sh"));
    try (ChildProcess child =
        ChildProcess.startUnder(
            wrapper, List.of(), FullNotesProcess.class, folder.toString(), disk.toString())) {
      child.expectLine("failed", DEADLINE);
      assertEquals(0, child.awaitExit(DEADLINE), child.printed().toString());
      assertEquals("[0, 1, 2, 3, 4]", child.expectLine("read ", DEADLINE));
    }
  }
}
