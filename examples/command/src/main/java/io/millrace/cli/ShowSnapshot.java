package io.millrace.cli;

import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.Synchronizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the value of a snapshot. */
@Command(
    name = "snapshot",
    description = {
      "Shows the value of a snapshot file.",
      "Copies it, so that it takes no reader's place, holds no buffer and maps nothing writable."
    },
    subcommands = {ShowSnapshot.Get.class, ShowSnapshot.Watch.class})
final class ShowSnapshot implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: get or watch");
  }

  /**
   * A value.
   *
   * @param path the file
   * @param version which value it is, from 1
   * @param length its bytes
   * @param payload the value
   */
  private record Line(String path, long version, int length, Object payload) {}

  /** Prints the latest value and returns its version, which may be newer than one seen before. */
  private static long print(SnapshotReader reader, PayloadFormat format, Output output) {
    try (Snapshot snapshot = reader.readValidated()) {
      byte[] bytes = new byte[snapshot.length()];
      snapshot.buffer().getBytes(0, bytes);
      if (output.isJson()) {
        output.print(
            new Line(
                reader.path().toString(), snapshot.version(), bytes.length, format.toJson(bytes)),
            () -> "");
      } else {
        String header = "version " + snapshot.version() + "  " + bytes.length + " bytes  ";
        output.print(output.styled(Style.faint, header) + format.toText(bytes));
      }
      return snapshot.version();
    }
  }

  /** Prints the value once. */
  @Command(name = "get", description = "Prints the latest value, after verifying its checksum.")
  static final class Get implements Callable<Integer> {
    @Mixin private PayloadChoice payloads;
    @Mixin private Output output;

    @Parameters(paramLabel = "PATH", description = "The snapshot file.")
    private Path path;

    @Override
    public Integer call() throws IOException {
      PayloadFormat format = payloads.format();
      try (SnapshotReader reader = Synchronizer.open(path).copyingReader()) {
        print(reader, format, output);
      }
      return 0;
    }
  }

  /** Prints each value. */
  @Command(
      name = "watch",
      description = {
        "Prints the latest value, and each newer one that it sees, until it is interrupted.",
        "It looks at a counter in memory; the writer need not wake it."
      })
  static final class Watch implements Callable<Integer> {
    @Mixin private PayloadChoice payloads;
    @Mixin private Output output;

    @Option(
        names = {"-i", "--interval"},
        paramLabel = "TIME",
        defaultValue = "50ms",
        description = "Time between two looks (default: ${DEFAULT-VALUE}).")
    private java.time.Duration interval;

    @Option(
        names = {"-n", "--count"},
        paramLabel = "N",
        description = "End after this many values.")
    private long count = Long.MAX_VALUE;

    @Parameters(paramLabel = "PATH", description = "The snapshot file.")
    private Path path;

    @Override
    public Integer call() throws IOException, InterruptedException {
      PayloadFormat format = payloads.format();
      try (SnapshotReader reader = Synchronizer.open(path).copyingReader()) {
        long seen = 0;
        boolean read = true;
        for (long printed = 0; printed < count && read; ) {
          if (reader.version() > seen) {
            seen = print(reader, format, output);
            read = output.flush();
            printed++;
          } else {
            Thread.sleep(interval);
          }
        }
      }
      return 0;
    }
  }
}
