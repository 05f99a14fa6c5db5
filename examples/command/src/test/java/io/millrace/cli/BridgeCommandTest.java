package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bridge --to} and {@code bridge --listen}. */
@SuppressWarnings("try") // What is only there for others to meet.
class BridgeCommandTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private static String freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  private String in(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void aRingGoesFromOneRegistryToAnother() throws IOException {
    String channel = "aeron:udp?endpoint=" + freePort() + "|term-length=64k";
    String archive = freePort();
    try (Registry here = Registry.open(folder.resolve("near"));
        Registry there = Registry.open(folder.resolve("far"));
        Ring near = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = here.publish("orders", near, Capabilities.none());
        Producer producer = near.addProducer();
        Ring far = Ring.create(RingOptions.capacity(1 << 16));
        Publication receiving = there.publish("orders", far, Capabilities.none());
        Consumer consumer = far.addConsumer(GroupOptions.named("g"))) {
      near.addGroup(GroupOptions.named("bridge").retained());
      CommandRun to =
          CommandRun.start(
              "bridge",
              "--from",
              "orders",
              "--to",
              channel,
              "--archive",
              archive,
              "--dir",
              in("archive"),
              "--driver",
              in("driver-near"),
              "--root",
              in("near"));
      CommandRun listen =
          CommandRun.start(
              "bridge",
              "--listen",
              channel,
              "--archive",
              archive,
              "--host",
              "127.0.0.1",
              "--dir",
              in("received"),
              "--driver",
              in("driver-far"),
              "--capacity",
              "64k",
              "--root",
              in("far"));
      List<String> read = new ArrayList<>();
      producer.offer(1, new UnsafeBuffer("order".getBytes()), 0, 5);
      Eventually.await(
          "the order",
          DEADLINE,
          () -> {
            consumer.poll(
                (type, buffer, offset, length) ->
                    read.add(buffer.getStringWithoutLengthUtf8(offset, length)),
                10);
            return !read.isEmpty() || to.isDone() || listen.isDone();
          });
      assertEquals(List.of("order"), read, to + "\n" + listen);
      awaitTold("near", "bridge of group bridge, process", ": sent 1 records, 0 B not in the");
      awaitTold("far", "receiving bridge, process", "live: received 1 records, 0 came again");
      String sending = CommandRun.of("metrics", "--root", in("near")).out();
      assertTrue(sending.contains("millrace_bridge_records{"), sending);
      assertTrue(sending.contains("side=\"sender\""), sending);
      String receives = CommandRun.of("metrics", "--root", in("far")).out();
      assertTrue(receives.contains("side=\"receiver\""), receives);
      listen.interrupt();
      assertEquals(0, listen.status(), listen.toString());
      assertTrue(listen.out().startsWith("received 1 records"), listen.toString());
      assertTrue(listen.err().contains("receiving ring orders"), listen.toString());
      to.interrupt();
      assertEquals(0, to.status(), to.toString());
      assertTrue(to.out().startsWith("sent 1 records"), to.toString());
    }
  }

  private void awaitTold(String root, String... words) {
    Eventually.await(
        String.join(" ", words),
        DEADLINE,
        () -> {
          String told = CommandRun.of("stat", "orders", "--count", "1", "--root", in(root)).out();
          return List.of(words).stream().allMatch(told::contains);
        });
  }

  @Test
  void aWrongCommandLineIsToldFromWhatCannotBeDone() {
    String[] wrong = {"--to x --listen x", "", "--to x", "--listen x", "--listen x --from a"};
    for (String some : wrong) {
      List<String> words = new ArrayList<>(List.of("bridge", "--archive", "a:1", "--dir", in("x")));
      words.addAll(some.isEmpty() ? List.of() : List.of(some.split(" ")));
      assertEquals(2, CommandRun.of(words.toArray(String[]::new)).status(), some);
    }
  }
}
