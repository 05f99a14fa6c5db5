package io.millrace.examples;

import io.millrace.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.agrona.CloseHelper;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What all examples that start other processes have in common: a last line for scripts, an exit
 * status, and that nothing stays behind, even when the user interrupts.
 */
public abstract class Example implements Callable<Integer> {
  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile boolean stopping;

  @Spec private CommandSpec spec;

  /**
   * Does the work.
   *
   * @return the last line, which begins with {@code ok} if all went as it should
   * @throws IOException if a file cannot be used
   * @throws InterruptedException if somebody interrupts
   */
  protected abstract String run() throws IOException, InterruptedException;

  /**
   * Runs the example.
   *
   * @return the exit status: 0 if all went as it should, 1 otherwise
   * @throws InterruptedException if somebody interrupts
   */
  @Override
  public final Integer call() throws InterruptedException {
    Thread cleaner = new Thread(this::cleanUp, "clean-up");
    Runtime.getRuntime().addShutdownHook(cleaner);
    String name = spec.name();
    try {
      String result = run();
      System.out.println(name + ": " + result);
      return result.startsWith("ok") ? 0 : 1;
    } catch (MillraceException
        | IllegalStateException
        | IOException
        | UncheckedIOException
        | UnsupportedOperationException failure) {
      if (!stopping) {
        System.out.println(name + ": failed " + failure.getMessage());
      }
      return 1;
    } finally {
      cleanUp();
    }
  }

  /**
   * Refuses an option.
   *
   * @param correct whether it is right
   * @param message what is wrong otherwise
   */
  protected final void check(boolean correct, String message) {
    if (!correct) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  /**
   * Closes something at the end, before what was kept earlier.
   *
   * @param <T> its type
   * @param resource what to close
   * @return the same
   */
  protected final synchronized <T extends AutoCloseable> T keep(T resource) {
    open.add(0, resource);
    return resource;
  }

  private synchronized void cleanUp() {
    stopping = true;
    CloseHelper.quietCloseAll(open);
    open.clear();
  }
}
