package io.millrace.perf.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** A process of a trial, which one talks to by lines. Used by one thread. */
public final class ChildJvm implements AutoCloseable {
  private static final int NOTES_SHOWN = 2000;

  /** Stands for the end of what the child prints. */
  private static final String END = "";

  private final String name;
  private final Path notes;
  private final Process process;
  private final PrintWriter input;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  ChildJvm(String name, List<String> command, Path notes) throws IOException {
    this.name = name;
    this.notes = notes;
    process = new ProcessBuilder(command).redirectError(notes.toFile()).start();
    input = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, name + " output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Waits for the next line, which must begin with a word.
   *
   * @param word the word
   * @param seconds how long at most
   * @return what follows the word
   * @throws TrialException if the child fails, ends, says something else or nothing in time
   * @throws InterruptedException if this thread is interrupted
   */
  public String expect(String word, long seconds) throws TrialException, InterruptedException {
    String line = answers.poll(seconds, TimeUnit.SECONDS);
    if (line == null) {
      throw failure("did not say '" + word + "' within " + seconds + " s");
    }
    if (line.equals(END)) {
      throw failure("ended before it said '" + word + "'");
    }
    if (line.startsWith(RoleMain.FAILED)) {
      throw failure(line);
    }
    if (!line.startsWith(word)) {
      throw failure("said '" + line + "' instead of '" + word + "'");
    }
    return line.substring(word.length()).strip();
  }

  /**
   * Waits for a distribution.
   *
   * @param word the word that it is said with
   * @param seconds how long at most
   * @return the distribution
   * @throws TrialException if the child fails, ends, says something else or nothing in time
   * @throws InterruptedException if this thread is interrupted
   */
  public Histogram expectHistogram(String word, long seconds)
      throws TrialException, InterruptedException {
    byte[] bytes = Base64.getDecoder().decode(expect(word, seconds));
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 1);
    } catch (DataFormatException damaged) {
      throw failure("sent a damaged histogram: " + damaged.getMessage());
    }
  }

  /**
   * Sends a line to the child.
   *
   * @param line the line
   */
  public void tell(String line) {
    input.println(line);
  }

  /** Tells the child to stop, see {@link Parent#stopped()}. */
  public void stop() {
    tell(Parent.STOP);
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
    process.destroyForcibly();
    process.onExit().join();
  }

  private TrialException failure(String what) {
    String said = "";
    try {
      said = Files.readString(notes).strip();
    } catch (IOException none) {
      said = "(its error output cannot be read: " + none.getMessage() + ")";
    }
    if (said.length() > NOTES_SHOWN) {
      said = said.substring(0, NOTES_SHOWN) + " ...";
    }
    return new TrialException(name + " " + what + (said.isEmpty() ? "" : "\n" + said));
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.add(line);
      }
    } catch (IOException closed) {
      answers.add(END);
    }
    answers.add(END);
  }

  /** Ends the child. */
  @Override
  public void close() {
    input.close();
    kill();
  }
}
