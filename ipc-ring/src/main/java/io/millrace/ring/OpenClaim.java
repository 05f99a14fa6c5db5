package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/**
 * What a producer has claimed and not committed yet, and what it is doing with it.
 *
 * <p>The copy of a payload may throw anything: the source is a mapped file that was cut short, an
 * encoder has a bug, the stack or the heap is exhausted. So a claim is on record here before
 * anything can throw, its end written directly behind the compare-and-set of the tail, with no call
 * in between; and from here it can be given up by the next to come: the handler of the exception,
 * the next call, or {@code close}. If the process dies, {@link Recovery} does it.
 */
class OpenClaim {
  /** Nothing is claimed, nothing is owed. */
  static final int IDLE = 0;

  /** The application writes in place, and will commit or abort. */
  static final int CLAIMED = 1;

  /** The application fills a batch. */
  static final int BATCH = 2;

  /** A call is under way; a source buffer or an encoder of the application may be running. */
  static final int BUSY = 3;

  /** A call ends with an exception: what it claimed is to be given up, sleepers are to be woken. */
  static final int FAILING = 4;

  /** The same is owed by a call that has ended. */
  static final int OWING = 5;

  /** This is also the mark of the producer's thread, by which others see that it is inside. */
  int use = IDLE;

  /**
   * The first byte that is claimed and not committed, or {@link RingLayout#NONE}; true in the
   * states {@link #CLAIMED}, {@link #BATCH}, {@link #FAILING} and {@link #OWING}. A call that
   * claims and commits does not store it, but its handler of exceptions does, if the end has moved:
   * each store that can be spared counts, because the next compare-and-set waits for all of them.
   */
  long position = NONE;

  /** The end of the last claim, for a single producer that is the tail. */
  long end;

  private final RingMemory memory;
  private final RecordHeader records;

  OpenClaim(RingMemory memory) {
    this.memory = memory;
    records = memory.records;
  }

  /**
   * Makes padding of what is not committed. May be repeated after it threw at any point.
   *
   * <p>What was thrown may have come late, even behind the stamp: the JVM tells of a fault in
   * mapped memory at its next safepoint. Then the record stays, and if others have written over it
   * since, that is not touched: as long as something is open here, they cannot come that far.
   */
  void settle() {
    while (position != NONE && position < end) {
      long start = position;
      long found = records.foundStamp(start);
      if (memory.words.tail() - start > memory.capacity) {
        break;
      }
      if (found == records.stamp(start)) {
        position = Math.min(end, records.next(start));
        continue;
      }
      records.writePadding(start, end - start);
      Steps.reached(HEADER_WRITTEN);
      records.settle(start, found);
      Steps.reached(COMMITTED);
      position = end;
    }
    position = NONE;
  }

  /** For a call that needs what was claimed to be ended: says why it cannot be. */
  IllegalStateException refusal() {
    return new IllegalStateException(
        use == BUSY
            ? "this producer is in the middle of a call: a source buffer or an encoder cannot use"
                + " it"
            : "the last claim is neither committed nor aborted");
  }
}
