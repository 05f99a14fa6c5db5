package io.millrace.examples;

import io.millrace.examples.telemetry.Telemetry;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What {@code ./examples/run} starts. */
@Command(
    name = "./examples/run",
    description = "Runs one of the Millrace examples.",
    mixinStandardHelpOptions = true,
    subcommands = Telemetry.class)
public final class Examples implements Runnable {
  @Spec private CommandSpec spec;

  /**
   * Runs the example that the arguments name.
   *
   * @param arguments its name and options
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Examples()).execute(arguments));
  }

  /** Without a name: says what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
