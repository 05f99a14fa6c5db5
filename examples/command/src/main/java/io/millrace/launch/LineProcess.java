package io.millrace.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A child process, which one talks to by lines. Used by one thread.
 *
 * <p>The child sees the end of its standard input when this process dies, however it dies, and is
 * expected to end then.
 */
public final class LineProcess implements AutoCloseable {
  /** Stands for the end of what the child prints; of it, an empty line is a blank. */
  public static final String END = "";

  private final Process process;
  private final PrintWriter input;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private LineProcess(String name, Process process) {
    this.process = process;
    input = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, name + " output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a child.
   *
   * @param name what the thread that reads from it is called
   * @param command how to start it, with its output and input as they are by default
   * @return the child
   * @throws IOException if it cannot be started
   */
  public static LineProcess start(String name, ProcessBuilder command) throws IOException {
    return new LineProcess(name, command.start());
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line.equals(END) ? " " : line);
      }
    } catch (IOException closed) {
      lines.add(END);
    }
    lines.add(END);
  }

  /**
   * Waits for the next line.
   *
   * @param time how long at most
   * @param unit its unit
   * @return the line, {@link #END} behind the last one, {@code null} if none came in time
   * @throws InterruptedException if this thread is interrupted
   */
  public String next(long time, TimeUnit unit) throws InterruptedException {
    return lines.poll(time, unit);
  }

  /**
   * Whether the child has printed more than was read of it.
   *
   * @return true if {@link #next} does not wait
   */
  public boolean hasNext() {
    return !lines.isEmpty();
  }

  /**
   * Sends a line to the child.
   *
   * @param line the line
   */
  public void tell(String line) {
    input.println(line);
  }

  /**
   * The number of the process.
   *
   * @return its pid
   */
  public long pid() {
    return process.pid();
  }

  /**
   * Waits until the child has ended.
   *
   * @return its exit status
   */
  public int exitStatus() {
    return process.onExit().join().exitValue();
  }

  /** Kills the child with SIGKILL and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Ends the child. */
  @Override
  public void close() {
    input.close();
    kill();
  }
}
