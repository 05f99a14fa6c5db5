import io.millrace.barrier.Barrier;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordSender;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.locks.LockSupport;

/**
 * Two processes use a ring, a snapshot and a barrier that one of them publishes, until the other
 * one is killed with a record in hand. A process that finds something wrong ends with a stack
 * trace.
 */
public final class TwoProcesses {
  private static final int RECORDS = 20_000;
  private static final int GENERATIONS = 100;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final GroupOptions GROUP = GroupOptions.named("workers").shared().retained();

  private TwoProcesses() {}

  /** The directory, and who of the two it is: publisher or worker. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    try (Registry registry = Registry.open(directory.resolve("registry"))) {
      Synchronizer file = Synchronizer.open(directory.resolve("snapshot"));
      if (args[1].equals("publisher")) {
        publisher(registry, file);
      } else {
        worker(registry, file);
      }
    }
  }

  private static void publisher(Registry registry, Synchronizer file) throws Exception {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 20));
        Publication publication = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        SnapshotWriter writer = file.writer();
        Barrier barrier = Barrier.createOrJoin(registry, "gate", 2)) {
      barrier.await(LIMIT);
      RecordSender sender = producer.waiting(WaitStrategy.blocking(), LIMIT.toNanos());
      for (int i = 0; i <= RECORDS; i++) { // The last one stays in hand.
        int index = sender.tryClaim(1, Long.BYTES);
        sender.buffer().putLong(index, i);
        sender.commit(index);
        if (i % 100 == 0) {
          writer.write(text(i).getBytes(), LIMIT);
        }
      }
      for (int i = 0; i < GENERATIONS; i++) {
        barrier.await(LIMIT);
      }
      try {
        barrier.await(LIMIT);
        throw new AssertionError("crossed with a dead party");
      } catch (BrokenBarrierException broken) {
        require(broken.getMessage().contains("was killed"), broken.getMessage());
      }
      long[] found = {-1};
      try (Consumer successor = ring.addConsumer(GROUP)) {
        while (found[0] < 0) {
          require(
              successor.poll(
                      (type, buffer, index, length) -> found[0] = buffer.getLong(index),
                      1,
                      WaitStrategy.blocking(),
                      LIMIT.toNanos())
                  == 1,
              "the record in hand is lost");
        }
      }
      require(found[0] == RECORDS, "got " + found[0] + " again");
      System.out.println(
          "two processes on " + System.getProperty("os.arch") + ": " + RECORDS + " records, "
              + GENERATIONS + " generations, a death noticed, its record taken over");
    }
  }

  private static void worker(Registry registry, Synchronizer file) throws Exception {
    require(registry.await("orders", LIMIT).isPresent(), "nobody publishes");
    try (Ring ring = registry.joinRing("orders");
        Consumer consumer = ring.addConsumer(GROUP);
        Barrier barrier = Barrier.createOrJoin(registry, "gate", 2)) {
      barrier.await(LIMIT);
      long[] next = {0};
      while (next[0] < RECORDS) {
        int delivered =
            consumer.poll(
                (type, buffer, index, length) -> {
                  long value = buffer.getLong(index);
                  require(value == next[0], "expected " + next[0] + ", got " + value);
                  next[0]++;
                },
                (int) Math.min(100, RECORDS - next[0]),
                WaitStrategy.blocking(),
                LIMIT.toNanos());
        require(delivered > 0, "nothing comes behind " + next[0]);
      }
      try (SnapshotReader reader = file.awaitReader(LIMIT)) {
        while (!value(reader).equals(text(RECORDS))) {
          require(reader.awaitNewer(reader.version(), LIMIT), "no newer snapshot");
        }
      }
      for (int i = 0; i < GENERATIONS; i++) {
        barrier.await(LIMIT);
      }
      consumer.poll(
          (type, buffer, index, length) -> awaitKill(),
          1,
          WaitStrategy.blocking(),
          LIMIT.toNanos());
    }
  }

  /** The script kills who says that it has a record in hand. */
  private static void awaitKill() {
    System.out.println(ProcessHandle.current().pid());
    LockSupport.parkNanos(LIMIT.toNanos());
    throw new AssertionError("not killed");
  }

  private static String text(int value) {
    return "value " + value;
  }

  private static String value(SnapshotReader reader) {
    try (Snapshot snapshot = reader.readValidated()) {
      return snapshot.buffer().getStringWithoutLengthAscii(0, snapshot.length());
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
