package io.millrace.examples.start;

import io.millrace.cli.Millrace;
import io.millrace.examples.beyondonehost.BeyondOneHost;
import io.millrace.examples.config.Config;
import io.millrace.examples.eventloop.EventLoop;
import io.millrace.examples.marketdata.MarketData;
import io.millrace.examples.nativeclient.NativeClient;
import io.millrace.examples.orders.OrderDesk;
import io.millrace.examples.phases.Phases;
import io.millrace.examples.quickstart.Quickstart;
import io.millrace.examples.telemetry.Telemetry;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What {@code ./examples/run} starts. */
@Command(
    name = "./examples/run",
    description = "Runs one of the Millrace examples, or the millrace command.",
    mixinStandardHelpOptions = true,
    subcommands = {
      Quickstart.class,
      MarketData.class,
      Phases.class,
      OrderDesk.class,
      Config.class,
      EventLoop.class,
      NativeClient.class,
      BeyondOneHost.class,
      Telemetry.class,
      Millrace.class
    })
public final class Examples implements Runnable {
  @Spec private CommandSpec spec;

  /**
   * Runs the example that the arguments name.
   *
   * @param arguments its name and options
   */
  public static void main(String[] arguments) {
    // Not as a subcommand: it is a command of its own, which can complete its name in a shell.
    if (arguments.length > 0 && arguments[0].equals("millrace")) {
      System.exit(Millrace.run(Arrays.copyOfRange(arguments, 1, arguments.length)));
    }
    System.exit(new CommandLine(new Examples()).execute(arguments));
  }

  /** Without a name: says what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }
}
