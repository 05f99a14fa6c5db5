package io.millrace.examples.config;

import io.millrace.snapshot.SnapshotCodec;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The largest order that is allowed in each instrument: as a file, {@code MILL=1000} a line, and in
 * the snapshot, 16 bytes each: the symbol, padded with zeros to 8 bytes, and the number.
 */
final class LimitsCodec implements SnapshotCodec<SortedMap<String, Long>> {
  private static final int SYMBOL_LENGTH = 8;
  private static final int ENTRY_LENGTH = SYMBOL_LENGTH + Long.BYTES;

  /**
   * Reads what people wrote.
   *
   * @throws IllegalArgumentException if that is not what it should be; the message says why
   */
  static SortedMap<String, Long> parse(Properties text) {
    SortedMap<String, Long> limits = new TreeMap<>();
    for (String symbol : text.stringPropertyNames()) {
      String number = text.getProperty(symbol).trim();
      if (!symbol.matches("[A-Z]{1," + SYMBOL_LENGTH + "}") || !number.matches("[0-9]{1,15}")) {
        throw new IllegalArgumentException("'" + symbol + "=" + number + "' is no limit");
      }
      limits.put(symbol, Long.parseLong(number));
    }
    if (limits.isEmpty()) {
      throw new IllegalArgumentException("there is no limit in it");
    }
    return limits;
  }

  @Override
  public int maximumLength(SortedMap<String, Long> limits) {
    return limits.size() * ENTRY_LENGTH;
  }

  @Override
  public int encode(SortedMap<String, Long> limits, MutableDirectBuffer buffer, int offset) {
    int at = offset;
    for (Map.Entry<String, Long> limit : limits.entrySet()) {
      buffer.setMemory(at, SYMBOL_LENGTH, (byte) 0);
      buffer.putStringWithoutLengthAscii(at, limit.getKey());
      buffer.putLong(at + SYMBOL_LENGTH, limit.getValue());
      at += ENTRY_LENGTH;
    }
    return at - offset;
  }

  @Override
  public SortedMap<String, Long> decode(DirectBuffer buffer, int offset, int length) {
    SortedMap<String, Long> limits = new TreeMap<>();
    for (int at = offset; at < offset + length; at += ENTRY_LENGTH) {
      String symbol = buffer.getStringWithoutLengthAscii(at, SYMBOL_LENGTH);
      limits.put(symbol.replace("\0", ""), buffer.getLong(at + SYMBOL_LENGTH));
    }
    return limits;
  }

  /** Looks a limit up where it lies, without decoding the others; -1 if there is none. */
  static long find(DirectBuffer buffer, DirectBuffer symbol) {
    long wanted = symbol.getLong(0);
    for (int at = 0; at < buffer.capacity(); at += ENTRY_LENGTH) {
      if (buffer.getLong(at) == wanted) {
        return buffer.getLong(at + SYMBOL_LENGTH);
      }
    }
    return -1;
  }
}
