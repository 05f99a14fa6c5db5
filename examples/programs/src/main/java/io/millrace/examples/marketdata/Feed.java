package io.millrace.examples.marketdata;

import io.millrace.discovery.Registry;
import io.millrace.examples.Cues;
import io.millrace.message.Messages;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.WaitStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The feed process: replays an event file into the ring, as fast as time passes in the file or some
 * hundred times faster. A feed that is started again asks the recording how far the last one came.
 */
final class Feed {
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private Feed() {}

  /**
   * Publishes what is missing, and prints how many messages there are then.
   *
   * @param arguments the name of the ring, the file, the recording, and how many times faster
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(arguments[1]));
    double speed = Double.parseDouble(arguments[3]);
    try (Registry registry = Registry.open();
        Ring ring = registry.joinRing(arguments[0]);
        Producer producer = ring.addProducer();
        Cues cues = new Cues(new Scanner(System.in))) {
      BookEvents out =
          Messages.writer(BookEvents.class, producer.waiting(WaitStrategy.blocking(), WAIT_NANOS));
      System.out.println("ready");
      cues.awaitFirst();
      awaitRecorder(ring, cues);
      int first = (int) Recording.count(Path.of(arguments[2]));
      long start = System.nanoTime();
      for (int i = first; i < lines.size() && !cues.isOver(); i++) {
        EventLine line = EventLine.parse(lines.get(i));
        long elapsed = line.dayNanos() - EventLine.parse(lines.get(first)).dayNanos();
        LockSupport.parkNanos(start + (long) (elapsed / speed) - System.nanoTime());
        publish(out, line, i);
      }
      System.out.println("sent " + lines.size());
    }
  }

  /** Whatever an earlier feed has published is in the recording once nothing is left to record. */
  private static void awaitRecorder(Ring ring, Cues cues) {
    while (!cues.isOver()
        && ring.counters().groups().stream()
            .filter(group -> group.name().equals(Follower.RECORDER))
            .anyMatch(group -> group.position() < ring.counters().position())) {
      LockSupport.parkNanos(WAIT_NANOS / 100);
    }
  }

  /** Waits for room as often as it takes. */
  private static void publish(BookEvents out, EventLine line, long sequence) {
    while (!line.send(out, sequence)) {
      Thread.onSpinWait();
    }
  }
}
