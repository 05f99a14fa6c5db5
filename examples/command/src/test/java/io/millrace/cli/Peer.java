package io.millrace.cli;

import io.millrace.barrier.Barrier;
import io.millrace.discovery.Alive;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.examples.telemetry.codec.CpuSampleEncoder;
import io.millrace.examples.telemetry.codec.MessageHeaderEncoder;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process to look at. It has a ring {@code prices} whose places are all taken, with a group
 * {@code live} that it polls and a group {@code slow} that nobody does, and it does what it is told
 * line by line.
 *
 * <p>Arguments: the registry's directory, and one for files.
 */
final class Peer {
  private final Path files;
  private final Registry registry;
  private final Producer producer;
  private final Consumer consumer;
  private Barrier barrier;
  private Alive alive;
  private SnapshotWriter snapshot;

  private Peer(Path files, Registry registry, Producer producer, Consumer consumer) {
    this.files = files;
    this.registry = registry;
    this.producer = producer;
    this.consumer = consumer;
  }

  public static void main(String[] arguments) throws Exception {
    RingOptions options =
        RingOptions.capacity(1 << 16).maxProducers(1).maxGroups(2).maxConsumers(1).maxWaiters(1);
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        Ring ring = Ring.create(options);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(GroupOptions.named("live"))) {
      ring.addGroup(GroupOptions.named("slow").shared().retained());
      registry.publish("prices", ring, Capabilities.none().with("unit", "cent"));
      Peer peer = new Peer(Path.of(arguments[1]), registry, producer, consumer);
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      System.out.println("ready");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        String[] words = line.split(" ", 2);
        peer.obey(words[0], words.length > 1 ? words[1] : "");
        System.out.println("done " + line);
      }
    }
  }

  private void obey(String order, String argument) throws Exception {
    byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
    switch (order) {
      case "offer" -> offer(bytes, 7);
      case "sample" -> offer(sample(Integer.parseInt(argument)), 8);
      case "join" -> barrier = Barrier.createOrJoin(registry, argument, 3);
      case "arrive" -> barrier.arrive();
      case "hold" -> alive = Alive.hold(files.resolve("alive"));
      case "release" -> alive.close();
      case "write" -> {
        if (snapshot == null) {
          snapshot = Synchronizer.open(files.resolve("snapshot")).writer();
        }
        snapshot.write(bytes, Duration.ofSeconds(1));
      }
      default -> throw new IllegalArgumentException(order);
    }
  }

  private void offer(byte[] bytes, int type) {
    producer.offer(type, new UnsafeBuffer(bytes), 0, bytes.length);
    consumer.poll((recordType, buffer, offset, length) -> {}, 1);
  }

  private static byte[] sample(int running) {
    byte[] bytes = new byte[MessageHeaderEncoder.ENCODED_LENGTH + CpuSampleEncoder.BLOCK_LENGTH];
    new CpuSampleEncoder()
        .wrapAndApplyHeader(new UnsafeBuffer(bytes), 0, new MessageHeaderEncoder())
        .running(running);
    return bytes;
  }
}
