package io.millrace.examples;

import io.millrace.launch.LineProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM with the same class path and flags, which one talks to by lines.
 *
 * <p>The child sees the end of its standard input when this process dies, however it dies, and is
 * expected to end then.
 */
public final class ChildJvm implements AutoCloseable {
  private final String name;
  private final LineProcess process;

  private ChildJvm(String name, LineProcess process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a child.
   *
   * @param name what it is called in messages
   * @param main the class whose main method it runs
   * @param arguments for that method
   * @return the child
   */
  public static ChildJvm start(String name, Class<?> main, Object... arguments) {
    ProcessBuilder command =
        new ProcessBuilder(JvmCommand.of(main, arguments))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      return new ChildJvm(name, LineProcess.start(name, command));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot start " + name, failure);
    }
  }

  /**
   * Waits for the next line that begins with a word; other lines are printed.
   *
   * @param word the word
   * @param seconds how long at most
   * @return what follows the word
   * @throws IllegalStateException if the child ends, or says nothing in time
   */
  public String expect(String word, int seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      String line = take(word, deadline - System.nanoTime());
      if (line.equals(LineProcess.END)) {
        throw new IllegalStateException(name + " ended before it said '" + word + "'");
      }
      if (line.startsWith(word)) {
        return line.substring(word.length()).trim();
      }
      System.out.println(line);
    }
  }

  /** Prints what the child has printed so far. */
  public void printAll() {
    while (process.hasNext()) {
      System.out.println(take("anything", 0));
    }
  }

  private String take(String word, long nanos) {
    String line;
    try {
      line = process.next(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, interrupted);
    }
    if (line == null) {
      throw new IllegalStateException(name + " did not say '" + word + "' in time");
    }
    return line;
  }

  /**
   * Prints what the child prints, until it ends.
   *
   * @param seconds how long at most
   * @return its exit status
   * @throws IllegalStateException if it does not end in time
   */
  public int finish(int seconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      String line = take("the end", deadline - System.nanoTime());
      if (line.equals(LineProcess.END)) {
        return process.exitStatus();
      }
      System.out.println(line);
    }
  }

  /**
   * Sends a line to the child.
   *
   * @param line the line
   */
  public void tell(String line) {
    process.tell(line);
  }

  /**
   * The number of the process.
   *
   * @return its pid
   */
  public long pid() {
    return process.pid();
  }

  /** Kills the child with SIGKILL and waits until it is gone. */
  public void kill() {
    process.kill();
  }

  /** Ends the child. */
  @Override
  public void close() {
    process.close();
  }
}
