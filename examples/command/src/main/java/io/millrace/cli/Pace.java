package io.millrace.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How often something is shown, and how many times. */
final class Pace {
  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      defaultValue = "1s",
      description = "Time between two looks (default: ${DEFAULT-VALUE}).")
  private Duration interval;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after this many looks; without it, when it is interrupted.")
  private long count = Long.MAX_VALUE;

  private long done;

  /** Waits for the time of the next look; returns false if there is none. */
  boolean next() throws InterruptedException {
    if (done == count) {
      return false;
    }
    done++;
    Thread.sleep(interval);
    return true;
  }
}
