package io.millrace.cli;

import io.millrace.MillraceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns exceptions into one sentence and an exit status. */
final class Failures implements IExecutionExceptionHandler {
  /** Their messages are sentences for users. */
  private static final List<Class<?>> EXPECTED =
      List.of(
          MillraceException.class,
          IllegalArgumentException.class,
          IllegalStateException.class,
          UnsupportedOperationException.class,
          UncheckedIOException.class,
          IOException.class);

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    command.getOut().flush();
    if (failure instanceof InterruptedException) {
      return 0; // What runs until it is interrupted has done what it was asked for.
    }
    tell(command, sentence(failure));
    if (command.getCommandSpec().root().userObject() instanceof Millrace millrace
        && millrace.wantsStackTrace()) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return Millrace.FAILED;
  }

  /** Says in one sentence why a command does not do what it was asked for. */
  static void tell(CommandLine command, String sentence) {
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText(name(command) + ": " + sentence));
    err.flush();
  }

  static int onWrongUsage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText(name(command) + ": " + failure.getMessage()));
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("Try '" + name(command) + " --help'.");
    err.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  static String sentence(Throwable failure) {
    boolean expected = EXPECTED.stream().anyMatch(kind -> kind.isInstance(failure));
    if (expected && failure.getMessage() != null) {
      return Text.printable(failure.getMessage());
    }
    return "unexpected " + failure + "; run it with --stack-trace and report what it prints";
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName();
  }
}
