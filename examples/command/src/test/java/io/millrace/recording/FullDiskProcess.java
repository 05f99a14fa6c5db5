package io.millrace.recording;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.Sighting;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Records onto a small file system until it is full, makes room, and records on. Prints what it
 * sees. Arguments: the registry's directory, and the file system.
 */
@SuppressWarnings("try") // What is only there for others to meet.
final class FullDiskProcess {
  private static final int LENGTH = 10_000;

  private FullDiskProcess() {}

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[0]);
    Path disk = Path.of(arguments[1]);
    Path filler = Files.write(disk.resolve("filler"), new byte[12 << 20]);
    UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    RecorderListener news =
        new RecorderListener() {
          @Override
          public void onHeld(String why) {
            System.out.println("held " + why);
          }

          @Override
          public void onResumed() {
            System.out.println("resumed");
          }
        };
    RecorderOptions options = RecorderOptions.to(disk.resolve("day")).leaveFree(0).listener(news);
    try (Registry registry = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(1 << 20));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, options)) {
      recorder.add("orders");
      long sent = 0;
      // Ends when the ring is full, too: nothing is taken out of it any more.
      for (boolean room = true; room; ) {
        message.putLong(0, sent);
        room = producer.offer(1, message, 0, LENGTH) >= 0;
        sent += room ? 1 : 0;
        recorder.poll(1);
      }
      long kept = recorder.records();
      System.out.println("back-pressured, polls give " + recorder.poll(100));
      System.out.println("told " + held(root));
      Files.delete(filler);
      while (recorder.records() < sent) {
        recorder.poll(100, 10_000_000);
      }
      System.out.println("told again " + held(root).isEmpty());
      System.out.println("first " + (kept < sent));
      long[] next = {0};
      try (RecordingReader reader = RecordingReader.open(disk.resolve("day"))) {
        reader.poll(
            (source, nanos, position, type, buffer, offset, length) -> {
              if (buffer.getLong(offset) == next[0] && length == LENGTH) {
                next[0]++;
              }
            },
            Integer.MAX_VALUE);
      }
      System.out.println("complete " + (next[0] == sent));
    }
  }

  private static String held(Path root) {
    try (RegistryView view = RegistryView.open(RegistryOptions.defaults().root(root))) {
      return view.scan().services().stream()
          .map(Sighting::service)
          .filter(service -> service.kind().equals(Recorder.SERVICE_KIND))
          .map(service -> service.capabilities().text(Recorder.HELD, ""))
          .findFirst()
          .orElse("nothing");
    }
  }
}
