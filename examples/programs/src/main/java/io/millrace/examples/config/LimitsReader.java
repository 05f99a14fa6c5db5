package io.millrace.examples.config;

import io.millrace.examples.Cues;
import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.Synchronizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A reader process: looks a limit up for each of many orders, always in the newest version, and
 * says so when there is a new one. It knows nothing of the loader, which may be dead or not started
 * yet.
 */
final class LimitsReader {
  private static final int ORDERS_AT_ONCE = 10_000;
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private LimitsReader() {}

  /**
   * Reads until it is told to stop.
   *
   * @param arguments where the snapshot is
   */
  public static void main(String[] arguments) {
    byte[] name = new byte[8];
    System.arraycopy("MILL".getBytes(StandardCharsets.US_ASCII), 0, name, 0, 4);
    DirectBuffer mill = new UnsafeBuffer(name);
    LimitsCodec codec = new LimitsCodec();
    long checked = 0;
    long tooLarge = 0;
    long seen = 0;
    try (Cues cues = new Cues(new Scanner(System.in));
        SnapshotReader reader = Synchronizer.open(Path.of(arguments[0])).awaitReader(START)) {
      while (!cues.isOver()) {
        for (int order = 0; order < ORDERS_AT_ONCE; order++) {
          try (Snapshot limits = reader.read()) { // no system call, no waiting
            if (limits.isOn()) {
              System.out.println("sees " + limits.decode(codec) + ", version " + limits.version());
            }
            seen = limits.version();
            checked++;
            tooLarge += order > LimitsCodec.find(limits.buffer(), mill) ? 1 : 0;
          }
        }
        reader.awaitNewer(seen, PAUSE);
      }
    }
    System.out.println("done " + checked + " orders checked, " + tooLarge + " refused");
  }
}
