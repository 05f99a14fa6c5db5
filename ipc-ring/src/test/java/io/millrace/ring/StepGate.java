package io.millrace.ring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Stops a child process at a certain step: it says so and stays there for good, until the parent
 * lets it go on or kills it. For processes with one thread.
 */
public final class StepGate implements Consumer<Steps.Step> {
  private static Steps.Step armed;
  private static int left;
  private static BufferedReader parent;

  /** Says where the parent's lines come from. */
  static void listenTo(BufferedReader lines) {
    parent = lines;
  }

  /** Lets the given step be reached so often; the last time the process stops. */
  static void arm(Steps.Step step, int times) {
    armed = step;
    left = times;
  }

  @Override
  public void accept(Steps.Step step) {
    if (step != armed || --left > 0) {
      return;
    }
    armed = null;
    System.out.println("stopped at " + step);
    String[] words = nextLine().split(" ");
    switch (words[0]) {
      case "go" -> {}
      case "next" -> arm(Steps.Step.valueOf(words[1]), 1);
      default -> throw new IllegalStateException("stopped at " + step + " and told " + words[0]);
    }
  }

  private static String nextLine() {
    try {
      return parent.readLine();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
