package io.millrace.perf.peer;

import io.millrace.perf.link.MessageSource;
import io.millrace.perf.link.Sender;
import org.agrona.DirectBuffer;

/** Claims with one store or one compare-and-set, and writes. */
final class StampedLinesWriter implements Sender {
  private static final int PAUSES = 100;
  private static final long FULL = -1;

  private final StampedLines lines;
  private final boolean amongOthers;
  private long limit;
  private long own;

  StampedLinesWriter(StampedLines lines, boolean amongOthers) {
    this.lines = lines;
    this.amongOthers = amongOthers;
    limit = lines.cursor() + lines.lap;
  }

  @Override
  public boolean offer(DirectBuffer source, int offset, int length) {
    long number = claim(1);
    if (number == FULL) {
      return false;
    }
    lines.write(
        lines.at(number), number, source.byteArray(), source.addressOffset() + offset, length);
    return true;
  }

  @Override
  public boolean offerBatch(MessageSource source, int count) {
    long first = claim(count);
    if (first == FULL) {
      return false;
    }
    DirectBuffer message = source.buffer();
    int at = lines.at(first);
    for (int i = 0; i < count; i++) {
      source.next();
      lines.write(at, first + i, message.byteArray(), message.addressOffset(), message.capacity());
      at = lines.next(at);
    }
    return true;
  }

  private long claim(int count) {
    while (true) {
      long tail = amongOthers ? lines.tail() : own;
      if (tail + count > limit && !findRoom(tail + count)) {
        return FULL;
      }
      if (!amongOthers) {
        own = tail + count;
        lines.tail(own);
        return tail;
      }
      if (lines.moveTail(tail, tail + count)) {
        return tail;
      }
    }
  }

  private boolean findRoom(long end) {
    limit = lines.cursor() + lines.lap;
    if (end > limit) {
      for (int i = 0; i < PAUSES; i++) {
        Thread.onSpinWait();
      }
      limit = lines.cursor() + lines.lap;
    }
    return end <= limit;
  }

  @Override
  public void close() {
    lines.close();
  }
}
