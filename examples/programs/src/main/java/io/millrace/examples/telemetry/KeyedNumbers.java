package io.millrace.examples.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Picks the numbers of some lines out of a file whose lines start with a key, wherever they stand.
 * A key that the file does not have gives zero. For one thread; allocates nothing.
 */
final class KeyedNumbers {
  private final byte[][] keys;
  private final long[] values;

  /**
   * Each key with the character that ends it, so that {@code "Mem:"} is not {@code "MemTotal:"}.
   */
  KeyedNumbers(String... keys) {
    this.keys = new byte[keys.length][];
    this.values = new long[keys.length];
    for (int i = 0; i < keys.length; i++) {
      this.keys[i] = keys[i].getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** Forgets the numbers of the last file. */
  void clear() {
    Arrays.fill(values, 0);
  }

  /** Takes the number from this line if its key is one of ours. */
  void onLine(ProcText line) {
    for (int i = 0; i < keys.length; i++) {
      if (line.startsWith(keys[i])) {
        line.skipPast(keys[i][keys[i].length - 1]);
        values[i] = line.nextLong();
        return;
      }
    }
  }

  /** The number of the key with this index in the constructor's list. */
  long get(int index) {
    return values[index];
  }

  /** As {@link #get(int)}, cut to {@link Integer#MAX_VALUE}. */
  int getInt(int index) {
    return (int) Math.min(values[index], Integer.MAX_VALUE);
  }
}
