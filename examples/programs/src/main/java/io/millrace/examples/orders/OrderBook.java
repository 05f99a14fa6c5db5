package io.millrace.examples.orders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Stands for the database of a real desk: a file with eight bytes for each order, which keeps what
 * a killed process had written. The first four say which process has booked it; the others what its
 * client was told, and how often.
 */
final class OrderBook {
  private static final int ENTRY = 2 * Integer.BYTES;
  private static final int COUNTER = 0xff;
  private static final int TOLD_BOOKED = COUNTER * (Told.BOOKED.one() | Told.BOOKED_BEFORE.one());
  private static final int TOLD_REFUSED = COUNTER * Told.REFUSED.one();

  private final AtomicBuffer entries;

  /** What a client is told of an order: each once, for the book to be right. */
  enum Told {
    BOOKED,
    /** A server had booked it and was killed before it said so. */
    BOOKED_BEFORE,
    REFUSED,
    /** The server that was to answer later is gone. */
    LOST;

    /** Counts in a byte of its own. */
    private int one() {
      return 1 << Byte.SIZE * ordinal();
    }
  }

  private OrderBook(AtomicBuffer entries) {
    this.entries = entries;
  }

  /** Opens the file, and makes it if need be, with room for so many orders. */
  static OrderBook open(Path file, int orders) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new OrderBook(
          new UnsafeBuffer(channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) orders * ENTRY)));
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot map " + file, failure);
    }
  }

  /**
   * Books an order, unless it is booked.
   *
   * @return the process that booked it before; 0 if none did
   */
  int book(long order, int pid) {
    return entries.compareAndSetInt(index(order), 0, pid) ? 0 : bookedBy(order);
  }

  /** Which process booked an order; 0 if none did. */
  int bookedBy(long order) {
    return entries.getIntVolatile(index(order));
  }

  /** Notes what a client was told. Each order has one client. */
  void note(long order, Told told) {
    entries.getAndAddInt(index(order) + Integer.BYTES, told.one());
  }

  /** How many orders were told to be so, once and nothing else. */
  int count(Told told) {
    int count = 0;
    for (int order = 0; order < entries.capacity() / ENTRY; order++) {
      count += entries.getInt(index(order) + Integer.BYTES) == told.one() ? 1 : 0;
    }
    return count;
  }

  /** How many orders were told to be booked and are not, or to be refused and are booked. */
  int mistakes() {
    int mistakes = 0;
    for (int order = 0; order < entries.capacity() / ENTRY; order++) {
      int told = entries.getInt(index(order) + Integer.BYTES);
      boolean isToldBooked = (told & TOLD_BOOKED) != 0;
      boolean isToldRefused = (told & TOLD_REFUSED) != 0;
      boolean isMistake = bookedBy(order) == 0 ? isToldBooked : isToldRefused;
      mistakes += isMistake ? 1 : 0;
    }
    return mistakes;
  }

  private static int index(long order) {
    return Math.toIntExact(order * ENTRY);
  }
}
