package io.millrace.examples.phases;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A square plate, hot at its upper edge and cold at the others, and how heat spreads in it: with
 * each step every point becomes the mean of its four neighbours (Jacobi's method).
 *
 * <p>There are two copies: a step reads one and writes the other. So a step that was done in part
 * can be done again. In front of them stand a word for each worker and one for the progress; the
 * barrier orders all accesses, and nothing here needs to be atomic.
 */
final class Grid {
  private static final int WORDS_LENGTH = 64 * Long.BYTES;
  private static final double HOT = 100;
  private static final String SHADES = " .:-=+*#%@";

  private final UnsafeBuffer memory;
  private final int size;

  private Grid(ByteBuffer memory, int size) {
    this.memory = new UnsafeBuffer(memory);
    this.size = size;
  }

  /** A grid of this process alone. */
  static Grid alone(int size) {
    return new Grid(ByteBuffer.allocateDirect(length(size)), size);
  }

  /** Maps a file that several processes share; makes it if it is not there. */
  static Grid map(Path file, int size) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new Grid(channel.map(FileChannel.MapMode.READ_WRITE, 0, length(size)), size);
    }
  }

  private static int length(int size) {
    return WORDS_LENGTH + 2 * size * size * Double.BYTES;
  }

  private int at(long step, int row, int column) {
    return WORDS_LENGTH + ((int) (step & 1) * size * size + row * size + column) * Double.BYTES;
  }

  /** The start: hot above, cold elsewhere. */
  void heat() {
    for (int column = 0; column < size; column++) {
      memory.putDouble(at(0, 0, column), HOT);
      memory.putDouble(at(1, 0, column), HOT);
    }
  }

  /**
   * One step of some rows. The workers that compute the rows next to them must have done the last
   * step.
   */
  void compute(long step, int firstRow, int endRow) {
    for (int row = Math.max(1, firstRow); row < Math.min(size - 1, endRow); row++) {
      for (int column = 1; column < size - 1; column++) {
        double sum =
            memory.getDouble(at(step, row - 1, column))
                + memory.getDouble(at(step, row + 1, column))
                + memory.getDouble(at(step, row, column - 1))
                + memory.getDouble(at(step, row, column + 1));
        memory.putDouble(at(step + 1, row, column), sum / 4);
      }
    }
  }

  /** Says before a roll call how many steps are done, as far as a worker knows. */
  void tellSteps(int worker, long steps) {
    memory.putLong((1 + worker) * Long.BYTES, steps);
  }

  /** How many steps are done as far as anybody knows. */
  long knownSteps(int workers) {
    long most = 0;
    for (int worker = 0; worker < workers; worker++) {
      most = Math.max(most, memory.getLong((1 + worker) * Long.BYTES));
    }
    return most;
  }

  /** For those who only watch. */
  void showProgress(long steps) {
    memory.putLongRelease(0, steps);
  }

  long progress() {
    return memory.getLongAcquire(0);
  }

  /** Counts the points that are not exactly equal after so many steps. */
  int differences(Grid other, long steps) {
    int count = 0;
    for (int point = at(steps, 0, 0); point < at(steps, size, 0); point += Double.BYTES) {
      count += memory.getLong(point) == other.memory.getLong(point) ? 0 : 1;
    }
    return count;
  }

  /** The plate as text, so many lines high. */
  String picture(long steps, int lines) {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < lines; line++) {
      for (int letter = 0; letter < 3 * lines; letter++) {
        double heat = memory.getDouble(at(steps, line * size / lines, letter * size / (3 * lines)));
        text.append(SHADES.charAt((int) (heat / HOT * (SHADES.length() - 1))));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
