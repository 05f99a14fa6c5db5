package io.millrace.bridge;

import io.millrace.discovery.Publication;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.snapshot.SnapshotException;
import io.millrace.testkit.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Receives with its notes on a small file system that is full for a while. Prints what it sees.
 * Arguments: a folder, and the file system.
 */
@SuppressWarnings("try") // What is only there for others to meet.
final class FullNotesProcess {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** They make the notes longer than what was reserved for them. */
  private static final int SOURCES = 500;

  private FullNotesProcess() {}

  public static void main(String[] arguments) throws IOException {
    Path disk = Path.of(arguments[1]);
    List<Long> read = new ArrayList<>();
    try (Hosts hosts = new Hosts(Path.of(arguments[0]));
        Ring far = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = hosts.far.publish("extras", far, Capabilities.none());
        Consumer consumer = far.addConsumer(GroupOptions.named("application").retained());
        BridgeReceiver receiver =
            BridgeReceiver.open(
                hosts.far,
                Hosts.receiving(disk, hosts.channel, hosts.archive)
                    .driver(hosts.folder.resolve("driver-far")));
        FramesByHand hand = new FramesByHand(hosts.sending(), 1)) {
      Path filler = disk.resolve("filler");
      fill(filler);
      for (int i = 0; i < 5; i++) {
        for (int source = 1; source <= SOURCES; source++) {
          hand.describe(i * SOURCES + source, BridgedSource.Kind.RING, "extras");
        }
        hand.record(i * SOURCES + 1, 64, 1, i);
      }
      Eventually.await("a failure", DEADLINE, () -> !canPoll(receiver));
      System.out.println("failed");
      canPoll(receiver); // It may be tried as often as one likes.
      Files.delete(filler);
      Eventually.await(
          "all",
          DEADLINE,
          () -> {
            receiver.poll(100);
            consumer.poll((type, buffer, offset, length) -> read.add(buffer.getLong(offset)), 10);
            return read.size() >= 5;
          });
    }
    System.out.println("read " + read);
  }

  private static boolean canPoll(BridgeReceiver receiver) {
    try {
      receiver.poll(100);
      return true;
    } catch (SnapshotException.NoSpace full) {
      return false;
    }
  }

  private static void fill(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] page = new byte[4096];
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      System.out.println("full");
    }
  }
}
