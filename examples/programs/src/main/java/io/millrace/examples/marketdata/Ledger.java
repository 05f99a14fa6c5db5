package io.millrace.examples.marketdata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Proof of what a group was given: a file with one byte for each message, which keeps what a killed
 * process had written. The low four bits count deliveries, the high four those marked as
 * redelivery. One message is in the hands of one process at a time, so nobody need lock.
 */
final class Ledger {
  private static final int REDELIVERY = 0x10;

  private final MappedByteBuffer bytes;

  private Ledger(MappedByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** The ledger of a group in the folder of a run. */
  static Path file(Path folder, String group) {
    return folder.resolve(group + ".ledger");
  }

  /** Makes the file, if need be, with room for so many messages. */
  static Ledger open(Path file, int messages) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new Ledger(channel.map(FileChannel.MapMode.READ_WRITE, 0, messages));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot map " + file, failure);
    }
  }

  void mark(long sequence, boolean redelivered) {
    int at = (int) sequence;
    bytes.put(at, (byte) (bytes.get(at) + (redelivered ? REDELIVERY + 1 : 1)));
  }

  /** How many messages came at all. */
  static long delivered(Path file) throws IOException {
    return tally(file, (count, again) -> count > 0 ? 1 : 0);
  }

  /** How often a message came once more without being marked. */
  static long doubled(Path file) throws IOException {
    return tally(file, (count, again) -> Math.max(0, count - 1 - again));
  }

  /** How often a message was marked as redelivery. */
  static long redelivered(Path file) throws IOException {
    return tally(file, (count, again) -> again);
  }

  private interface Rule {
    int count(int count, int again);
  }

  private static long tally(Path file, Rule rule) throws IOException {
    long sum = 0;
    for (byte entry : Files.readAllBytes(file)) {
      sum += rule.count(entry & 15, entry >> 4 & 15);
    }
    return sum;
  }
}
