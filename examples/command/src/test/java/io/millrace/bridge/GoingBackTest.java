package io.millrace.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.discovery.Publication;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sender is killed before its archive has what a receiver has got already. */
@Timeout(180)
@SuppressWarnings("try") // What is only there for others to meet.
class GoingBackTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);
  private static final GroupOptions SENT = GroupOptions.named("bridge").retained();
  private static final GroupOptions APPLICATION = GroupOptions.named("application").retained();

  @TempDir private Path folder;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);

  private void offer(Producer producer, long from, long to) {
    for (long i = from; i < to; i++) {
      message.putLong(0, i);
      producer.offer(1, message, 0, 8);
    }
  }

  private static int poll(Consumer consumer, List<Long> into) {
    consumer.poll((type, buffer, offset, length) -> into.add(buffer.getLong(offset)), 1000);
    return into.size();
  }

  @Test
  void theReceiverReadsAgainWhatIsInThatPlaceNow() throws Exception {
    List<Long> orders = new ArrayList<>();
    List<Long> extras = new ArrayList<>();
    try (Hosts hosts = new Hosts(folder);
        Ring nearOrders = Ring.create(SMALL);
        Publication one = hosts.near.publish("orders", nearOrders, Capabilities.none());
        Producer orderProducer = nearOrders.addProducer();
        Ring nearExtras = Ring.create(SMALL);
        Publication two = hosts.near.publish("extras", nearExtras, Capabilities.none());
        Producer extraProducer = nearExtras.addProducer();
        Ring farOrders = Ring.create(SMALL);
        Publication three = hosts.far.publish("orders", farOrders, Capabilities.none());
        Consumer orderConsumer = farOrders.addConsumer(APPLICATION);
        Ring farExtras = Ring.create(SMALL);
        Publication four = hosts.far.publish("extras", farExtras, Capabilities.none());
        Consumer extraConsumer = farExtras.addConsumer(APPLICATION);
        BridgeReceiver receiver = BridgeReceiver.open(hosts.far, hosts.receiving())) {
      nearOrders.addGroup(SENT);
      nearExtras.addGroup(SENT);
      offer(orderProducer, 0, 50);
      try (ChildProcess sender =
          ChildProcess.startUnder(
              List.of(),
              List.of(
                  "-Dio.millrace.bridge.steps=" + StopAtStep.class.getName(),
                  "-Dstep=RECORDS_SENT",
                  "-Dtimes=1"),
              SenderProcess.class,
              folder.toString(),
              hosts.channel,
              hosts.archive,
              "orders")) {
        Eventually.await(
            "what the sender has sent and not confirmed",
            DEADLINE,
            () -> receiver.poll(100) >= 0 && poll(orderConsumer, orders) >= 50);
        sender.kill();
      }
      FramesByHand.truncate(hosts.sending(), 0); // What a crash would have taken.
      // Now others come first, of the same length: the receiver stands between two of its records.
      offer(extraProducer, 0, 10);
      offer(orderProducer, 50, 100);
      try (BridgeSender sender = BridgeSender.open(hosts.near, hosts.sending())) {
        sender.add("extras");
        sender.poll(100);
        sender.add("orders");
        Eventually.await(
            "all",
            DEADLINE,
            () -> {
              sender.poll(100);
              receiver.poll(100);
              return poll(orderConsumer, orders) >= 100 & poll(extraConsumer, extras) >= 10;
            });
      }
    }
    assertEquals(LongStream.range(0, 100).boxed().toList(), orders);
    assertEquals(LongStream.range(0, 10).boxed().toList(), extras);
  }

  /**
   * The archive has nothing of the first run, but a second one, which ended before the receiver had
   * the link again, and a third.
   */
  @Test
  void aRunThatCameAndWentMeanwhileIsNotSkipped() throws Exception {
    BridgedSource.Kind ring = BridgedSource.Kind.RING;
    List<Long> orders = new ArrayList<>();
    List<Long> extras = new ArrayList<>();
    boolean[] isLive = {false};
    BridgeListener listener =
        new BridgeListener() {
          @Override
          public void onLive() {
            isLive[0] = true;
          }
        };
    try (Hosts hosts = new Hosts(folder);
        Ring farOrders = Ring.create(SMALL);
        Publication one = hosts.far.publish("orders", farOrders, Capabilities.none());
        Consumer orderConsumer = farOrders.addConsumer(APPLICATION);
        Ring farExtras = Ring.create(SMALL);
        Publication two = hosts.far.publish("extras", farExtras, Capabilities.none());
        Consumer extraConsumer = farExtras.addConsumer(APPLICATION);
        BridgeReceiver receiver =
            BridgeReceiver.open(hosts.far, hosts.receiving().listener(listener))) {
      try (FramesByHand first = new FramesByHand(hosts.sending(), 1)) {
        Eventually.await("live", DEADLINE, () -> receiver.poll(100) >= 0 && isLive[0]);
        first.describe(7, ring, "orders");
        for (int i = 0; i < 50; i++) {
          first.record(7, 64L * i, 1, i);
        }
        Eventually.await(
            "the first run",
            DEADLINE,
            () -> receiver.poll(100) >= 0 && poll(orderConsumer, orders) >= 50);
      }
      FramesByHand.truncate(hosts.sending(), 0);
      try (FramesByHand second = new FramesByHand(hosts.sending(), 2)) {
        second.describe(8, ring, "extras");
        for (int i = 0; i < 10; i++) {
          second.record(8, 64L * i, 1, i);
        }
        second.awaitRecorded();
      }
      try (FramesByHand third = new FramesByHand(hosts.sending(), 3)) {
        third.describe(7, ring, "orders");
        for (int i = 0; i < 100; i++) {
          third.record(7, 64L * i, 1, i);
        }
        third.awaitRecorded();
        Eventually.await(
            "all",
            DEADLINE,
            () -> {
              receiver.poll(100);
              return poll(orderConsumer, orders) >= 100 & poll(extraConsumer, extras) >= 10;
            });
      }
    }
    assertEquals(LongStream.range(0, 100).boxed().toList(), orders);
    assertEquals(LongStream.range(0, 10).boxed().toList(), extras);
  }
}
