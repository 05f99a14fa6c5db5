package io.millrace.perf.peer;

import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sink;

/**
 * Reads up to a distance behind the tail while there is much, and otherwise what there is after
 * some short rests: a reader that stands in the lines that are being written halves the rate.
 */
final class StampedLinesReader implements Receiver {
  private static final int DISTANCE = 32;
  private static final int MUCH = 256;
  private static final int MOST_RESTS = 4;
  private static final int PAUSES = 100;

  private final StampedLines lines;
  private long next;
  private int at;
  private long bound;
  private long seen;
  private int rests;

  StampedLinesReader(StampedLines lines) {
    this.lines = lines;
    next = lines.cursor();
    at = lines.at(next);
  }

  @Override
  public int poll(Sink sink, int limit) {
    if (next >= bound && !lookAhead()) {
      return 0;
    }
    int count = 0;
    while (count < limit && next < bound && lines.isThere(at, next)) {
      sink.onMessage(lines.memory(), StampedLines.payload(at), lines.length(at));
      at = lines.next(at);
      lines.cursor(++next);
      count++;
    }
    return count;
  }

  private boolean lookAhead() {
    long tail = lines.tail();
    if (tail - next >= MUCH) {
      bound = tail - DISTANCE;
    } else if (tail == next) {
      return false;
    } else if (tail != seen && rests < MOST_RESTS) {
      seen = tail;
      rests++;
      for (int i = 0; i < PAUSES; i++) {
        Thread.onSpinWait();
      }
      return false;
    } else {
      bound = tail;
    }
    rests = 0;
    return true;
  }

  @Override
  public void close() {
    lines.close();
  }
}
