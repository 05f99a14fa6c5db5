package io.millrace.cli;

import io.millrace.discovery.Registry;
import io.millrace.recording.PlaySummary;
import io.millrace.recording.Player;
import io.millrace.recording.PlayerListener.Progress;
import io.millrace.recording.PlayerOptions;
import java.io.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a recording again. */
@Command(
    name = "replay",
    description = {
      "Publishes what was recorded: each record with its type, at its distance from the first one,"
          + " into the ring of its name or by a publisher of its own in the topic of its name.",
      "Joins a ring that is there; makes one that is not, until the replay ends. Waits for room"
          + " like every producer."
    })
final class Replay implements Callable<Integer> {
  private static final int BAR = 30;

  @Mixin private RegistryChoice registry;
  @Mixin private Output output;

  @Option(
      names = "--speed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "So many times faster, or max: as fast as readers are (default: ${DEFAULT-VALUE}).")
  private Speed speed;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Begin with what was recorded then: 09:30, 2026-11-27T09:30:00, or with a zone.")
  private Moment from;

  @Option(names = "--to", paramLabel = "TIME", description = "End before that time.")
  private Moment to;

  @Option(names = "--only", paramLabel = "NAME", description = "Only this ring or topic.")
  private String only = "";

  @Option(names = "--into", paramLabel = "NAME", description = "All of it into this ring or topic.")
  private String into = "";

  @Option(
      names = "--capacity",
      paramLabel = "BYTES",
      defaultValue = "4m",
      description =
          "Of rings of publishers; at least twice the longest record (default: ${DEFAULT-VALUE}).")
  private ByteSize capacity;

  @Option(names = "--wait", description = "Begin when somebody reads what this makes.")
  private boolean waits;

  @Parameters(paramLabel = "DIR", description = "The recording.")
  private Path directory;

  private boolean hasBar;

  @Override
  public Integer call() {
    Restart.withRecordingFlags();
    PlayerOptions options =
        PlayerOptions.of(directory)
            .speed(speed.times())
            .only(only)
            .into(into)
            .capacity(capacity.bytes());
    options = from == null ? options : options.from(from.of(directory));
    options = to == null ? options : options.to(to.of(directory));
    options = waits ? options.waitingForReaders() : options;
    PlaySummary summary;
    try (UntilInterrupted running = new UntilInterrupted();
        Registry opened = Registry.open(registry.options());
        Player player = Player.open(opened, options)) {
      running.onEnd(player::stop);
      summary = player.play(this::show);
      endBar();
      output.print(json(summary), () -> text(summary));
      output.flush();
      // What is left to do must not be cut short by the interrupt that ended the playing.
      Thread.interrupted();
    }
    return summary.isComplete() ? 0 : Millrace.NO;
  }

  private void show(Progress progress) {
    Console console = System.console();
    if (output.isJson() || console == null || !console.isTerminal()) {
      return;
    }
    hasBar = true;
    output.overwrite(bar(progress));
  }

  static String bar(Progress progress) {
    int full = (int) (progress.done() * BAR);
    String left =
        progress.leftNanos() < 0
            ? ""
            : "  ETA " + Units.age(Duration.ofNanos(progress.leftNanos()));
    String waits =
        progress.waitsFor().isEmpty()
            ? left
            : "  waiting for readers of " + Text.printable(progress.waitsFor());
    return String.format(
        Locale.ROOT,
        "[%s%s] %3.0f %%  %,d records%s",
        "=".repeat(full),
        " ".repeat(BAR - full),
        progress.done() * 100,
        progress.records(),
        waits);
  }

  private void endBar() {
    if (hasBar) {
      output.note("");
    }
  }

  private static Map<String, Object> json(PlaySummary summary) {
    Histogram off = summary.offNanos();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("records", summary.records());
    all.put("bytes", summary.bytes());
    all.put("seconds", summary.elapsedNanos() / 1e9);
    all.put("complete", summary.isComplete());
    if (off.getTotalCount() > 0) {
      Map<String, Object> late = new LinkedHashMap<>();
      late.put("p50", off.getValueAtPercentile(50));
      late.put("p99", off.getValueAtPercentile(99));
      late.put("p99.9", off.getValueAtPercentile(99.9));
      late.put("max", off.getMaxValue());
      all.put("offNanos", late);
    }
    return all;
  }

  private static String text(PlaySummary summary) {
    double seconds = Math.max(1, summary.elapsedNanos()) / 1e9;
    Histogram off = summary.offNanos();
    String spacing =
        off.getTotalCount() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; late by p50 %.1f us, p99 %.1f us, p99.9 %.1f us, at most %.1f us",
                off.getValueAtPercentile(50) / 1e3,
                off.getValueAtPercentile(99) / 1e3,
                off.getValueAtPercentile(99.9) / 1e3,
                off.getMaxValue() / 1e3);
    return String.format(
        Locale.ROOT,
        "played %,d records, %s, in %.1f s, %s records/s%s%s",
        summary.records(),
        Units.bytes(summary.bytes()),
        seconds,
        Units.rate(summary.records() / seconds),
        spacing,
        summary.isComplete() ? "" : "; interrupted");
  }
}
