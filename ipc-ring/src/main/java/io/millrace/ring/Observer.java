package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sees the stream without being a member: it holds nobody back, is in no group, and is told when it
 * was overrun. Made by {@link Ring#addObserver()}.
 *
 * <p>Records are copied out before the handler gets them, and checked to be whole after that. Used
 * by one thread at a time, like every handle.
 */
public final class Observer extends RingHandle {
  /** A claim that is younger is most likely just being written. */
  private static final long HOLE_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Ring ring;
  private final RingMemory memory;
  private final UnsafeBuffer data;
  private final ExpandableArrayBuffer copy = new ExpandableArrayBuffer(4096);
  private final IdleCount idles = new IdleCount(true);
  private long hole = NONE;
  private long holeSince;
  private long position;
  private long lostBytes;
  private long knownLostRecords;

  /** Where a handler threw: that record comes again. */
  private long retryPosition = NONE;

  Observer(Ring ring) {
    this.ring = ring;
    memory = ring.memory();
    data = memory.data;
    position = memory.tail();
  }

  /**
   * Delivers records that are there, and returns without waiting.
   *
   * @param handler receives copies of them; what it throws comes out of this method, and the record
   *     comes again if it is not overwritten meanwhile
   * @param limit how many at most
   * @return how many were delivered
   */
  public int poll(RecordHandler handler, int limit) {
    throwExceptionIfClosed();
    enterPoll();
    try {
      return deliver(handler, limit);
    } finally {
      leavePoll();
    }
  }

  private int deliver(RecordHandler handler, int limit) {
    int count = 0;
    while (count < limit) {
      int at = (int) position & memory.mask;
      if (!memory.isCommitted(position)) {
        if (count == 0 && idles.isTimeToLook() && isPassable()) {
          continue;
        }
        return count;
      }
      idles.reset();
      int length = data.getInt(at + RECORD_LENGTH);
      int type = data.getInt(at + RECORD_TYPE);
      boolean plausible = length >= 0 && length <= memory.maxClaim - RECORD_HEADER_LENGTH;
      if (plausible && type != PADDING) {
        copy.putBytes(0, data, at + RECORD_HEADER_LENGTH, length);
      }
      // A producer moves the tail before it writes: with the tail still in reach, all was whole.
      VarHandle.acquireFence();
      long tail = memory.tail();
      if (tail - position > memory.capacity) {
        knownLostRecords++;
        resynchronize(tail);
        continue;
      }
      if (!plausible) {
        throw new RingCorruptedException(
            "the record at position " + position + " has an impossible length: " + length);
      }
      if (type != PADDING) {
        deliver(handler, type, length);
        count++;
      }
      position += recordLength(length);
    }
    return count;
  }

  /** Tells whether what is missing will never come, and goes on behind it. */
  private boolean isPassable() {
    long tail = memory.tail();
    if (tail - position > memory.capacity) {
      resynchronize(tail);
      return true;
    }
    if (tail <= position) {
      return false;
    }
    long now = System.nanoTime();
    if (hole != position) {
      hole = position;
      holeSince = now;
    }
    if (now - holeSince < HOLE_AGE_NANOS) {
      return false;
    }
    holeSince = now;
    long end = ring.recovery().deadClaimEnd(position);
    if (end > position && end <= tail) {
      position = end; // Nothing was committed there: nothing is lost.
      return true;
    }
    if (ring.recovery().isForgotten(position) && !memory.isCommitted(position)) {
      resynchronize(tail);
      return true;
    }
    return false;
  }

  private void deliver(RecordHandler handler, int type, int length) {
    boolean again = retryPosition == position;
    retryPosition = position;
    if (again) {
      handler.onRedelivery(type, copy, 0, length);
    } else {
      handler.onRecord(type, copy, 0, length);
    }
    retryPosition = NONE;
  }

  /** Goes on at the newest boundary that is certain to be one: what is between is lost. */
  private void resynchronize(long tail) {
    lostBytes += tail - position;
    position = tail;
  }

  /**
   * Where the observer is.
   *
   * @return the position of the next record, in bytes from the start of the stream
   */
  public long position() {
    throwExceptionIfClosed();
    return position;
  }

  /**
   * How much was overwritten before this observer saw it.
   *
   * @return bytes of the stream, headers and padding included; exact
   */
  public long lostBytes() {
    throwExceptionIfClosed();
    return lostBytes;
  }

  /**
   * How many records are known to be among the lost bytes. There were probably more.
   *
   * @return a lower bound
   */
  public long knownLostRecords() {
    throwExceptionIfClosed();
    return knownLostRecords;
  }

  @Override
  protected void performClose() {
    ring.released();
  }
}
