package io.millrace.cli;

import io.millrace.recording.RecordedHandler;
import io.millrace.recording.RecordedSource;
import io.millrace.recording.RecordingReader;
import io.millrace.ring.Observer;
import io.millrace.ring.Ring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the records of a ring. */
@Command(
    name = "tail",
    description = {
      "Prints the records that go through a ring from now on, until it is interrupted; of a"
          + " recording, those that are in it.",
      "Observes only: holds nobody back and takes no place in the ring. Where the ring is faster"
          + " than the printing, it says how many bytes were lost to it.",
      "Messages of an interface are shown by the schema that the ring carries, if it does."
    })
final class Tail implements Callable<Integer> {
  private static final int BATCH = 256;
  private static final long LONGEST_PAUSE_NANOS = 10_000_000;

  @Mixin private RegistryChoice registry;
  @Mixin private PayloadChoice payloads;
  @Mixin private Output output;

  @Option(
      names = {"-t", "--type"},
      paramLabel = "N",
      description = "Only records of this type.")
  private Integer type;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after this many records.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Of a recording: begin with what was recorded then, as 09:30.")
  private Moment from;

  @Option(names = "--follow", description = "Of a recording: go on with what is recorded later.")
  private boolean follow;

  @Parameters(
      paramLabel = "NAME",
      description = "The service of a ring, a topic, or the directory of a recording.")
  private String name;

  private long printed;

  /**
   * One record.
   *
   * @param ring the service of its ring
   * @param position where it starts in the stream
   * @param type its type
   * @param length bytes of payload
   * @param payload the payload
   */
  private record Line(String ring, long position, int type, int length, Object payload) {}

  @Override
  public Integer call() throws IOException {
    Path directory = Path.of(name);
    if (Files.isDirectory(directory)) {
      PayloadFormat format = payloads.format();
      Restart.withRecordingFlags();
      printRecording(directory, format);
      return 0;
    }
    PayloadFormat given = payloads.given();
    IdleStrategy idle = new BackoffIdleStrategy(10, 10, 100_000, LONGEST_PAUSE_NANOS);
    try (WatchedRings<Tailed> rings =
        new WatchedRings<>(
            registry,
            name,
            (service, ring) ->
                new Tailed(
                    service,
                    ring,
                    given == null ? payloads.carriedBy(service, ring, output::note) : given))) {
      boolean read = true;
      while (printed < count && read) {
        int polled = 0;
        for (Tailed tailed : rings.all()) {
          polled += poll(tailed);
        }
        if (polled > 0) {
          read = output.flush();
        }
        rings.lookIfDue();
        idle.idle(polled);
      }
    }
    return 0;
  }

  private void printRecording(Path directory, PayloadFormat format) {
    IdleStrategy idle = new BackoffIdleStrategy(10, 10, 100_000, LONGEST_PAUSE_NANOS);
    RecordedLines lines = new RecordedLines(format);
    try (RecordingReader reader = RecordingReader.open(directory)) {
      if (from != null) {
        reader.seek(from.of(directory));
      }
      boolean read = true;
      int polled = 1;
      while (printed < count && read && (polled > 0 || follow && !Thread.interrupted())) {
        polled = reader.poll(lines, (int) Math.min(BATCH, count - printed));
        if (polled > 0) {
          read = output.flush();
        } else if (follow) {
          idle.idle(0);
        }
      }
    }
  }

  /**
   * One record of a recording.
   *
   * @param ring the ring or topic that it came from
   * @param service the service of its ring
   * @param time when it was recorded
   * @param position where it started in the stream
   * @param type its type
   * @param length bytes of payload
   * @param payload the payload
   */
  private record RecordedLine(
      String ring,
      String service,
      String time,
      long position,
      int type,
      int length,
      Object payload) {}

  private final class RecordedLines implements RecordedHandler {
    private final PayloadFormat format;

    RecordedLines(PayloadFormat format) {
      this.format = format;
    }

    @Override
    public void onRecord(
        RecordedSource source,
        long timeNanos,
        long position,
        int recordType,
        DirectBuffer buffer,
        int offset,
        int length) {
      if (type != null && type != recordType) {
        return;
      }
      printed++;
      byte[] bytes = new byte[length];
      buffer.getBytes(offset, bytes);
      Instant time = Instant.ofEpochSecond(0, timeNanos);
      if (output.isJson()) {
        output.print(
            new RecordedLine(
                source.name(),
                source.service(),
                time.toString(),
                position,
                recordType,
                length,
                format.toJson(bytes)),
            () -> "");
      } else {
        String header =
            time + "  " + Text.printable(source.name()) + "  " + position + "  type " + recordType;
        output.print(
            output.styled(Style.faint, header + "  " + length + " bytes  ") + format.toText(bytes));
      }
    }

    @Override
    public void onLost(RecordedSource source, long timeNanos, long bytes) {
      output.note(
          "the recorder lost "
              + Units.count(bytes)
              + " bytes of "
              + Text.printable(source.name())
              + " here");
    }
  }

  /** One ring that is observed. */
  private static final class Tailed implements AutoCloseable {
    final String name;
    final Observer observer;
    final PayloadFormat format;
    long lost;

    Tailed(String name, Ring ring, PayloadFormat format) {
      this.name = name;
      this.format = format;
      observer = ring.addObserver();
    }

    @Override
    public void close() {
      observer.close();
    }
  }

  private int poll(Tailed tailed) {
    Observer observer = tailed.observer;
    int polled =
        observer.poll(
            (recordType, buffer, offset, length) -> {
              if (printed < count && (type == null || type == recordType)) {
                byte[] bytes = new byte[length];
                buffer.getBytes(offset, bytes);
                print(tailed.name, observer.position(), recordType, bytes, tailed.format);
              }
            },
            BATCH);
    if (polled > 0) {
      printLoss(tailed);
    }
    return polled;
  }

  private void print(
      String ring, long position, int recordType, byte[] bytes, PayloadFormat format) {
    printed++;
    if (output.isJson()) {
      output.print(
          new Line(ring, position, recordType, bytes.length, format.toJson(bytes)), () -> "");
    } else {
      String from = ring.equals(name) ? "" : ring + "  ";
      String header = from + position + "  type " + recordType + "  " + bytes.length + " bytes  ";
      output.print(output.styled(Style.faint, header) + format.toText(bytes));
    }
  }

  private void printLoss(Tailed tailed) {
    long now = tailed.observer.lostBytes();
    if (now > tailed.lost) {
      output.note(
          "lost " + Units.count(now - tailed.lost) + " bytes: the ring is faster than this");
      tailed.lost = now;
    }
  }
}
