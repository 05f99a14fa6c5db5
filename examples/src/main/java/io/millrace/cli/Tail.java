package io.millrace.cli;

import io.millrace.ring.Observer;
import io.millrace.ring.Ring;
import java.io.IOException;
import java.util.concurrent.Callable;
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
      "Prints the records that go through a ring from now on, until it is interrupted.",
      "Observes only: holds nobody back and takes no place in the ring. Where the ring is faster"
          + " than the printing, it says how many bytes were lost to it."
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

  @Parameters(paramLabel = "NAME", description = "The service of the ring.")
  private String name;

  private long printed;
  private long lost;

  /**
   * One record.
   *
   * @param position where it starts in the stream
   * @param type its type
   * @param length bytes of payload
   * @param payload the payload
   */
  private record Line(long position, int type, int length, Object payload) {}

  @Override
  public Integer call() throws IOException {
    PayloadFormat format = payloads.format();
    IdleStrategy idle = new BackoffIdleStrategy(10, 10, 100_000, LONGEST_PAUSE_NANOS);
    try (Ring ring = registry.ring(name);
        Observer observer = ring.addObserver()) {
      boolean read = true;
      while (printed < count && read) {
        int polled =
            observer.poll(
                (recordType, buffer, offset, length) -> {
                  if (printed < count && (type == null || type == recordType)) {
                    byte[] bytes = new byte[length];
                    buffer.getBytes(offset, bytes);
                    print(observer.position(), recordType, bytes, format);
                  }
                },
                BATCH);
        if (polled > 0) {
          printLoss(observer.lostBytes());
          read = output.flush();
        }
        idle.idle(polled);
      }
    }
    return 0;
  }

  private void print(long position, int recordType, byte[] bytes, PayloadFormat format) {
    printed++;
    if (output.isJson()) {
      output.print(new Line(position, recordType, bytes.length, format.toJson(bytes)), () -> "");
    } else {
      String header = position + "  type " + recordType + "  " + bytes.length + " bytes  ";
      output.print(output.styled(Style.faint, header) + format.toText(bytes));
    }
  }

  private void printLoss(long now) {
    if (now > lost) {
      output.note("lost " + Units.count(now - lost) + " bytes: the ring is faster than this");
      lost = now;
    }
  }
}
