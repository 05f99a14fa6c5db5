package io.millrace.testkit;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A main class running in a Java process of its own, which a test talks to by lines and may kill or
 * stop at any moment. It dies with the process that started it.
 *
 * <p>Used by one thread. What the child prints, to standard output and error alike, is part of
 * every failure message.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration SIGNAL_DEADLINE = Duration.ofSeconds(60);

  private final Process process;
  private final Transcript transcript;
  private final Writer input;

  ChildProcess(Process process, String name) {
    this.process = process;
    this.transcript = new Transcript(name + " (" + process.pid() + ")", process.getInputStream());
    this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /**
   * Starts a main class on the class path and the JDK of this process.
   *
   * @param main the class; neither it nor its main method need be public
   * @param arguments what its main method gets
   * @return the running child
   */
  public static ChildProcess start(Class<?> main, String... arguments) {
    return startUnder(List.of(), List.of(), main, arguments);
  }

  /**
   * Starts a main class under another program, with flags of its own.
   *
   * @param wrapper a command that runs the command after it, for example {@code prlimit
   *     --nofile=20}; it should become that command (as {@code prlimit}, {@code setpriv} and {@code
   *     strace -D} do), because {@link #pid()} and signals are about the process that was started
   * @param jvmFlags flags for the child's JVM; they overrule those of {@link #start}
   * @param main the class
   * @param arguments what its main method gets
   * @return the running child
   */
  public static ChildProcess startUnder(
      List<String> wrapper, List<String> jvmFlags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
    command.addAll(List.of("-Xshare:auto", "-XX:-UsePerfData"));
    Arrays.stream(System.getProperty("millrace.jvm.flags", "").split(" "))
        .filter(flag -> !flag.isBlank())
        .forEach(command::add);
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Leash.class.getName(), main.getName()));
    command.addAll(List.of(arguments));
    try {
      return new ChildProcess(
          new ProcessBuilder(command).redirectErrorStream(true).start(), main.getSimpleName());
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot start " + command.get(0), failure);
    }
  }

  /**
   * The child's process number.
   *
   * @return the pid
   */
  public int pid() {
    return (int) process.pid();
  }

  /**
   * Waits for a line; lines before it are passed over.
   *
   * @param prefix how the line starts
   * @param timeout how long to wait at most
   * @return the rest of the line, without blanks around it
   * @throws AssertionError with all that the child has printed, if the line does not come in time
   *     or the child ends without printing it
   */
  public String expectLine(String prefix, Duration timeout) {
    return transcript.await(prefix, timeout);
  }

  /**
   * Sends a line to the child's standard input.
   *
   * @param line the line, without its end
   */
  public void send(String line) {
    try {
      input.write(line + "\n");
      input.flush();
    } catch (IOException failure) {
      throw new AssertionError("cannot send \"" + line + "\" to " + transcript, failure);
    }
  }

  /** Kills the child with SIGKILL and returns when it is dead. Killing a dead child is no error. */
  public void kill() {
    process.destroyForcibly();
    waitForExit(SIGNAL_DEADLINE);
  }

  /** Stops the child with SIGSTOP and returns when none of its threads runs any more. */
  public void stop() {
    Signals.stop(pid());
  }

  /** Lets a stopped child go on. */
  public void resume() {
    Signals.resume(pid());
  }

  /**
   * Waits for the child's end.
   *
   * @param timeout how long at most
   * @return its exit status; 137 after SIGKILL
   * @throws AssertionError with all that the child has printed, if it lives on
   */
  public int awaitExit(Duration timeout) {
    waitForExit(timeout);
    return process.exitValue();
  }

  /**
   * Tells whether the child runs, or is stopped.
   *
   * @return false if it has ended
   */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * All that the child has printed so far.
   *
   * @return its lines
   */
  public List<String> printed() {
    return transcript.lines();
  }

  /** Kills the child, waits for its end and closes what joins it to this process. */
  @Override
  public void close() {
    kill();
    try {
      process.getOutputStream().close();
    } catch (IOException brokenPipe) {
      // Nobody is left to read what was still to be sent; the descriptor is still closed.
    }
    transcript.awaitEnd(SIGNAL_DEADLINE);
  }

  private void waitForExit(Duration timeout) {
    try {
      if (process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("still alive after " + timeout.toMillis() + " ms: " + transcript);
  }
}
