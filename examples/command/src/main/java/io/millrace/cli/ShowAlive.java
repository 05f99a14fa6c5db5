package io.millrace.cli;

import io.millrace.discovery.Alive;
import io.millrace.discovery.model.LastRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells whether somebody holds an Alive file. */
@Command(
    name = "alive",
    description = {
      "Tells whether somebody holds an Alive file, and otherwise how the last holder ended.",
      "Exit status 0 if somebody does, 1 if not. Takes and makes nothing."
    })
final class ShowAlive implements Callable<Integer> {
  @Mixin private Output output;

  @ArgGroup private Waiting waiting;

  @Parameters(paramLabel = "PATH", description = "The file.")
  private Path path;

  /** At most one of them. */
  private static final class Waiting {
    @Option(
        names = "--wait",
        paramLabel = "TIME",
        description =
            "Wait for a holder, this long at most. The kernel wakes it, nothing is polled.")
    private Duration beginning;

    @Option(
        names = "--wait-end",
        paramLabel = "TIME",
        description = "Wait for the holder's end, this long at most.")
    private Duration end;
  }

  @Override
  public Integer call() {
    if (waiting != null && waiting.beginning != null) {
      Alive.awaitAlive(path, waiting.beginning);
    } else if (waiting != null) {
      Alive.awaitEnd(path, waiting.end);
    }
    Optional<LastRun> ended = Alive.lastRunOf(path);
    String state = ended.map(ShowAlive::word).orElse("alive");
    output.print(
        Map.of("path", path.toString(), "alive", ended.isEmpty(), "state", state),
        () -> path + ": " + ended.map(ShowAlive::sentence).orElse("alive"));
    return ended.isEmpty() ? 0 : Millrace.NO;
  }

  private static String word(LastRun run) {
    return switch (run) {
      case NONE -> "never";
      case CLEAN -> "ended";
      case CRASHED -> "crashed";
    };
  }

  private static String sentence(LastRun run) {
    return switch (run) {
      case NONE -> "nobody has held it";
      case CLEAN -> "not alive; the last holder ended well";
      case CRASHED -> "not alive; the last holder crashed or was killed";
    };
  }
}
