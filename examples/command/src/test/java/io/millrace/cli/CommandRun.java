package io.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;

/** The command run in this process, with what it prints caught. */
final class CommandRun {
  private static final long PATIENCE_SECONDS = 60;
  private static final JsonMapper MAPPER = new JsonMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final FutureTask<Integer> run;
  private final Thread thread;

  private CommandRun(String... arguments) {
    CommandLine command =
        Millrace.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    Callable<Integer> execute =
        () -> {
          int status = command.execute(arguments);
          command.getOut().flush();
          return status;
        };
    run = new FutureTask<>(execute);
    thread = new Thread(run, "millrace " + String.join(" ", arguments));
    thread.setDaemon(true);
  }

  /** Starts a command that goes on for a while. */
  static CommandRun start(String... arguments) {
    CommandRun run = new CommandRun(arguments);
    run.thread.start();
    return run;
  }

  /** Runs a command to its end. */
  static CommandRun of(String... arguments) {
    CommandRun run = new CommandRun(arguments);
    run.run.run();
    return run;
  }

  boolean isDone() {
    return run.isDone();
  }

  /** Ends a command as Ctrl-C would, if it has not ended. */
  void interrupt() {
    thread.interrupt();
  }

  int status() {
    try {
      return run.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException failure) {
      throw new AssertionError(thread.getName() + " did not end: " + out + err, failure);
    }
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  /** The output of a command that was told {@code --json}. */
  List<JsonNode> json() {
    return out().lines().map(CommandRun::parse).toList();
  }

  private static JsonNode parse(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException failure) {
      throw new AssertionError("no JSON: " + line, failure);
    }
  }

  @Override
  public String toString() {
    return thread.getName() + ":\n" + out + err;
  }
}
