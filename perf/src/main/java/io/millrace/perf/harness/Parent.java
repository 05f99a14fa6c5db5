package io.millrace.perf.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How a role talks to the process that started it: by lines on standard input and output.
 *
 * <p>If that process dies, so does this one, at once.
 */
public final class Parent {
  static final String STOP = "stop";

  private final Map<String, String> arguments;
  private final PrintStream output;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private volatile boolean stopped;

  Parent(Map<String, String> arguments, PrintStream output) {
    this.arguments = arguments;
    this.output = output;
    Thread reader = new Thread(this::read, "parent");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * What the trial gave to this role.
   *
   * @param name the name of the argument
   * @return its value
   */
  public String argument(String name) {
    String value = arguments.get(name);
    if (value == null) {
      throw new IllegalArgumentException("this role needs the argument '" + name + "'");
    }
    return value;
  }

  /**
   * A number that the trial gave to this role.
   *
   * @param name the name of the argument
   * @return its value
   */
  public int integer(String name) {
    return Integer.parseInt(argument(name));
  }

  /**
   * A large number that the trial gave to this role.
   *
   * @param name the name of the argument
   * @return its value
   */
  public long number(String name) {
    return Long.parseLong(argument(name));
  }

  /**
   * Says a word, and something about it.
   *
   * @param word the word that the trial waits for
   * @param details what follows
   */
  public void say(String word, Object... details) {
    StringBuilder line = new StringBuilder(word);
    for (Object detail : details) {
      line.append(' ').append(detail);
    }
    output.println(line);
  }

  /**
   * Hands a distribution over.
   *
   * @param word the word that the trial waits for
   * @param histogram the distribution
   */
  public void say(String word, Histogram histogram) {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    byte[] used = new byte[length];
    bytes.get(0, used);
    say(word, Base64.getEncoder().encodeToString(used));
  }

  /**
   * Waits for a line of the trial.
   *
   * @param word how it begins
   * @param seconds how long at most
   * @return what follows the word
   * @throws InterruptedException if this thread is interrupted
   */
  public String hear(String word, int seconds) throws InterruptedException {
    String line = lines.poll(seconds, TimeUnit.SECONDS);
    if (line == null || !line.startsWith(word)) {
      throw new IllegalStateException(
          "expected to be told '" + word + "' within " + seconds + " s, but was told: " + line);
    }
    return line.substring(word.length()).strip();
  }

  /**
   * Whether the trial has said anything that {@link #hear} would return now.
   *
   * @return true if it has
   */
  public boolean hasBeenTold() {
    return !lines.isEmpty();
  }

  /**
   * Whether the trial has told this role to stop. Cheap enough for every message.
   *
   * @return true if it has
   */
  public boolean stopped() {
    return stopped;
  }

  private void read() {
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        if (line.equals(STOP)) {
          stopped = true;
        } else {
          lines.add(line);
        }
      }
    } catch (IOException broken) {
      lines.clear(); // The same as its end.
    }
    Runtime.getRuntime().halt(3);
  }
}
