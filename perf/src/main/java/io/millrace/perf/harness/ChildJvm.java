package io.millrace.perf.harness;

import io.millrace.launch.LineProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** A process of a trial, which one talks to by lines. Used by one thread. */
public final class ChildJvm implements AutoCloseable {
  private static final int NOTES_SHOWN = 2000;

  private final String name;
  private final Path notes;
  private final LineProcess process;

  ChildJvm(String name, List<String> command, Path notes) throws IOException {
    this.name = name;
    this.notes = notes;
    process = LineProcess.start(name, new ProcessBuilder(command).redirectError(notes.toFile()));
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
    String line = process.next(seconds, TimeUnit.SECONDS);
    if (line == null) {
      throw failure("did not say '" + word + "' within " + seconds + " s");
    }
    if (line.equals(LineProcess.END)) {
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
    process.tell(line);
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
    process.kill();
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

  /** Ends the child. */
  @Override
  public void close() {
    process.close();
  }
}
