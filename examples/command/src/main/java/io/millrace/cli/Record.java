package io.millrace.cli;

import io.millrace.discovery.Registry;
import io.millrace.recording.RecordedSource;
import io.millrace.recording.Recorder;
import io.millrace.recording.RecorderListener;
import io.millrace.recording.RecorderOptions;
import io.millrace.recording.Rolling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps what goes through rings and topics. */
@Command(
    name = "record",
    description = {
      "Records rings and topics into a directory, until it is interrupted. Neither need be there"
          + " yet, and they may come and go.",
      "Reads a retained group: what comes while no recorder is there is recorded by the next one,"
          + " and producers are held back when their ring is full of it. Killed and started again"
          + " at any time, it records each record once."
    })
final class Record implements Callable<Integer> {
  private static final int BATCH = 4096;
  private static final Duration WAIT = Duration.ofMillis(500);

  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The directory of the recording; one that is there is gone on with.")
  private Path directory;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      defaultValue = "recorder",
      description =
          "The group that is read (default: ${DEFAULT-VALUE}); two recordings of one ring need"
              + " two.")
  private String group;

  @Option(
      names = "--roll",
      paramLabel = "HOW",
      defaultValue = "hourly",
      description = "Begin a new file: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Rolling rolling;

  @Option(
      names = "--keep",
      paramLabel = "BYTES",
      description =
          "Remove the oldest finished files while all are larger than that, as 500m or 20g.")
  private LongSize keep;

  @Option(
      names = "--leave-free",
      paramLabel = "BYTES",
      defaultValue = "1g",
      description = "How much of the file system stays free (default: ${DEFAULT-VALUE}).")
  private LongSize leaveFree;

  @Option(
      names = "--lossy",
      description = "Observe: hold nobody back, take no group, and note what was lost.")
  private boolean lossy;

  @Option(
      names = "--from-oldest",
      description = "Begin with what a ring still holds for others, where it is recorded first.")
  private boolean fromOldest;

  @Option(
      names = "--release",
      description = "When interrupted, remove the group, so that producers are not held back.")
  private boolean release;

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "Rings and topics.")
  private List<String> names;

  @Override
  public Integer call() {
    Restart.withRecordingFlags();
    RecorderOptions options =
        RecorderOptions.to(directory)
            .group(group)
            .rolling(rolling)
            .leaveFree(leaveFree.bytes())
            .keepAtMost(keep == null ? RecorderOptions.UNLIMITED : keep.bytes())
            .listener(new News());
    options = lossy ? options.lossy() : options;
    options = release ? options.releasedAtEnd() : options;
    options = fromOldest ? options.startingAtOldest() : options;
    try (UntilInterrupted running = new UntilInterrupted();
        Registry opened = Registry.open(registry.options());
        Recorder recorder = Recorder.open(opened, options)) {
      running.onEnd(recorder::wakeup);
      names.forEach(recorder::add);
      while (running.goesOn()) {
        recorder.poll(BATCH, WAIT.toNanos());
      }
      output.print(
          Map.of(
              "records", recorder.records(),
              "bytes", recorder.bytes(),
              "lostBytes", recorder.lostBytes()),
          () ->
              "recorded "
                  + Units.count(recorder.records())
                  + " records, "
                  + Units.bytes(recorder.bytes()));
      output.flush();
    }
    return 0;
  }

  /** Says on standard error what happens. */
  private final class News implements RecorderListener {
    @Override
    public void onSource(RecordedSource source) {
      output.note("recording " + describe(source));
    }

    @Override
    public void onEnded(RecordedSource source) {
      output.note("ended " + describe(source));
    }

    @Override
    public void onLost(RecordedSource source, long bytes) {
      output.note("lost " + Units.count(bytes) + " bytes of " + describe(source));
    }

    @Override
    public void onRefused(String name, RuntimeException why) {
      output.note(Text.printable(name + ": " + Failures.sentence(why)));
    }

    @Override
    public void onHeld(String why) {
      output.note(Text.printable("recording is held: " + why));
    }

    @Override
    public void onResumed() {
      output.note("recording goes on");
    }

    private static String describe(RecordedSource source) {
      String from = source.pid() == 0 ? "" : " of process " + source.pid();
      return Text.printable(
          source.kind() == RecordedSource.Kind.RING
              ? "ring " + source.name() + from
              : "topic " + source.name() + ", publisher" + from);
    }
  }
}
