package consumer;

import io.millrace.barrier.Barrier;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;

/** Uses a bit of everything, in a directory of its own, and says so. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[0]);
    long[] got = new long[1];
    try (Registry registry = Registry.open(root.resolve("registry"));
        Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("prices", ring, Capabilities.none());
        Ring joined = registry.joinRing(published.service().name());
        io.millrace.ring.Consumer consumer = joined.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer();
        Barrier barrier = Barrier.create(1)) {
      UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
      message.putLong(0, 42);
      producer.offer(1, message, 0, 8);
      consumer.poll((type, buffer, offset, length) -> got[0] = buffer.getLong(offset), 1);
      barrier.await();
    }
    Synchronizer state = Synchronizer.open(root.resolve("state"));
    try (SnapshotWriter writer = state.writer();
        SnapshotReader reader = state.reader()) {
      writer.write(new byte[8], Duration.ZERO);
      reader.read();
    }
    String module = Consumer.class.getModule().isNamed() ? "a module" : "the class path";
    System.out.println("got " + got[0] + " from " + module);
  }
}
