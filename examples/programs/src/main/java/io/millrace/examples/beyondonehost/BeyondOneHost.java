package io.millrace.examples.beyondonehost;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.ChildJvm;
import io.millrace.examples.Example;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The beyond-one-host example: two registries stand for two hosts. A producer writes on the first
 * one, a consumer reads on the second; between them are the two processes of the bridge, each with
 * a media driver of its own, and both are killed on the way.
 */
@Command(
    name = "beyond-one-host",
    description = "A bridge carries a ring to another host over Aeron; kill either side.",
    mixinStandardHelpOptions = true)
public final class BeyondOneHost extends Example {
  private static final int PATIENCE_SECONDS = 60;
  private static final GroupOptions APPLICATION = GroupOptions.named("application");

  @Option(names = "--count", description = "Messages (default: ${DEFAULT-VALUE}).")
  private int count = 100_000;

  @Option(names = "--rate", description = "Messages a second (default: ${DEFAULT-VALUE}).")
  private int rate = 20_000;

  @Option(
      names = "--kill",
      split = ",",
      description = "Whom to kill, one after the other: sender, receiver (default: both).")
  private String[] kill = {"receiver", "sender"};

  private Path folder;
  private Object[] wire;
  private ChildJvm sender;
  private ChildJvm receiver;
  private final Tally tally = new Tally();

  @Override
  protected String run() throws IOException {
    check(count >= 1 && count <= 1_000_000_000, "--count must be from 1 to 1000000000");
    check(rate >= 1 && rate <= 10_000_000, "--rate must be from 1 to 10000000");
    check(Set.of("sender", "receiver").containsAll(List.of(kill)), "--kill: sender or receiver");
    folder = Files.createTempDirectory("beyond-one-host");
    keep(() -> IoUtil.delete(folder.toFile(), true));
    wire = new Object[] {Drivers.freePort(), Drivers.freePort()};
    Ring near = publish("near");
    near.addGroup(Sender.CONFIRMED);
    Ring far = publish("far");
    far.addGroup(Receiver.OWN);
    receiver = startReceiver();
    sender = startSender();
    try (Producer producer = near.addProducer();
        Consumer consumer = far.addConsumer(APPLICATION)) {
      carry(producer, consumer);
    }
    receiver.tell("start");
    receiver.tell("stop");
    String dropped = receiver.expect("dropped", PATIENCE_SECONDS);
    System.out.println("frames that came again and were dropped by the last receiver: " + dropped);
    return tally.verdict(count) + " killed=" + kill.length;
  }

  /** Writes here, reads there, and kills on the way. */
  private void carry(Producer producer, Consumer consumer) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[Long.BYTES]);
    long start = System.nanoTime();
    long deadline = start + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS + count / rate);
    int sent = 0;
    int killed = 0;
    while (tally.next() < count && System.nanoTime() < deadline) {
      message.putLong(0, sent);
      long due = (System.nanoTime() - start) * rate / TimeUnit.SECONDS.toNanos(1);
      boolean wrote = sent < Math.min(count, due) && producer.offer(1, message, 0, 8) > 0;
      sent += wrote ? 1 : 0;
      int read =
          consumer.poll(
              (type, buffer, offset, length) -> tally.on(buffer.getLong(offset + Long.BYTES)), 100);
      if (killed < kill.length && tally.next() > (long) count * (killed + 1) / (kill.length + 2)) {
        replace(kill[killed++]);
      }
      if (!wrote && read == 0) {
        LockSupport.parkNanos(1000);
      }
    }
  }

  private void replace(String side) {
    System.out.println("the " + side + " is killed after " + tally.received() + " messages");
    if (side.equals("sender")) {
      sender.kill();
      sender = startSender();
    } else {
      receiver.kill();
      receiver = startReceiver();
    }
  }

  private ChildJvm startSender() {
    return ready(
        ChildJvm.start(
            "the sender", Sender.class, folder.resolve("near"), "near", folder, wire[0], wire[1]));
  }

  private ChildJvm startReceiver() {
    return ready(
        ChildJvm.start(
            "the receiver",
            Receiver.class,
            folder.resolve("far"),
            "far",
            folder,
            wire[0],
            wire[1],
            folder.resolve("last")));
  }

  private ChildJvm ready(ChildJvm side) {
    keep(side).expect("ready", PATIENCE_SECONDS);
    return side;
  }

  private Ring publish(String host) {
    Registry registry = keep(Registry.open(folder.resolve(host)));
    Ring ring = keep(Ring.create(RingOptions.capacity(8 << 20).name(host)));
    keep(registry.publish(host, ring, Capabilities.none()));
    return ring;
  }
}
