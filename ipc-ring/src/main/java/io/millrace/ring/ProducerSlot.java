package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.lang.invoke.VarHandle;
import java.util.function.IntPredicate;

/**
 * One producer's place in the ring: claims space in the stream.
 *
 * <p>Before it tries to claim, it writes down from where and how much, so that the owner of every
 * claim is on record before the claim can exist. See {@link Recovery}.
 */
final class ProducerSlot {
  /** There is no room. */
  static final long FULL = -1;

  final int index;

  private final RingMemory memory;

  /** Tells whether the owner of a slot lives. */
  private final IntPredicate isAlive;

  private final RawMemory header;
  private final boolean single;
  private final int intentPosition;
  private final int intentLength;
  private long limit;

  /** The tail, which a single producer alone moves. */
  private long ownTail;

  ProducerSlot(RingMemory memory, IntPredicate isAlive, int index) {
    this.memory = memory;
    this.isAlive = isAlive;
    this.index = index;
    header = memory.rawHeader;
    single = memory.singleProducer;
    int slot = producerSlot(index);
    intentPosition = slot + INTENT_POSITION;
    intentLength = slot + INTENT_LENGTH;
    limit = Space.limit(memory, isAlive);
    ownTail = memory.tail();
  }

  /**
   * Claims the next bytes of the stream.
   *
   * @param length how many, a multiple of the alignment
   * @return where they start, or {@link #FULL}
   */
  long claim(int length) {
    return single ? claimAlone(length) : claimAmongOthers(length);
  }

  private long claimAmongOthers(int length) {
    boolean announced = false;
    while (true) {
      long tail = memory.tail();
      if (tail + length > limit && !findSpace(tail, length)) {
        if (announced) {
          // Lost and giving up: nobody must wait for this producer at that position.
          retract();
        }
        return FULL;
      }
      header.putLong(intentPosition, tail);
      Steps.reached(INTENT_POSITION_WRITTEN);
      header.putLongRelease(intentLength, length);
      Steps.reached(INTENT_LENGTH_WRITTEN);
      if (header.compareAndSetLong(TAIL_OFFSET, tail, tail + length)) {
        // Observers rely on it: whoever sees a byte of the new record sees the tail beyond it.
        VarHandle.storeStoreFence();
        Steps.reached(TAIL_MOVED);
        return tail;
      }
      announced = true;
    }
  }

  private long claimAlone(int length) {
    long tail = ownTail;
    if (tail + length > limit && !findSpace(tail, length)) {
      return FULL;
    }
    header.putLong(intentPosition, tail);
    Steps.reached(INTENT_POSITION_WRITTEN);
    ownTail = tail + length;
    header.putLongRelease(TAIL_OFFSET, tail + length);
    VarHandle.storeStoreFence();
    Steps.reached(TAIL_MOVED);
    return tail;
  }

  private boolean findSpace(long tail, int length) {
    limit = Space.limit(memory, isAlive);
    if (tail + length > limit) {
      Pace.rest();
      limit = Space.limit(memory, isAlive);
    }
    return tail + length <= limit;
  }

  /** Tells whether a claim of this length would succeed now, if nobody else claims meanwhile. */
  boolean hasSpace(int length) {
    long tail = memory.tail();
    return tail + length <= limit || findSpace(tail, length);
  }

  /** Tells whether it is a claim of somebody else that leaves no space, whose end nobody tells. */
  boolean isHeldByClaim() {
    return Space.oldestOpenClaim(memory, isAlive, memory.tail()) != NONE;
  }

  void retract() {
    header.putLongRelease(intentLength, 0);
    Steps.reached(INTENT_RETRACTED);
  }

  /**
   * Tells whether everything that the last owner of a slot announced is settled, so that the slot
   * can have a new owner. The caller holds the slot's lock, the last owner is dead or gone.
   */
  static boolean isSettled(RingMemory memory, int index) {
    int slot = producerSlot(index);
    long length = memory.header.getLongVolatile(slot + INTENT_LENGTH);
    long start = memory.header.getLongVolatile(slot + INTENT_POSITION);
    long tail = memory.tail();
    if (length <= 0 || length > memory.maxClaim || start >= tail) {
      return true; // Retracted, nonsense that no claim can have come from, or never claimed.
    }
    long end = start + length;
    if (end > tail || tag(start | length) != 0) {
      return true; // No claim was won with it, or the tail would be behind its end.
    }
    // Without groups nobody will ever be stuck there.
    long position = Math.max(start, Space.slowestCursor(memory, tail));
    while (position < end) {
      if (!memory.isCommitted(position)) {
        return false;
      }
      position += memory.recordLengthAt(position);
    }
    return true;
  }

  /**
   * Settles what a killed single producer left, on behalf of its successor: nobody else writes, so
   * the successor may.
   */
  static void settleAlone(RingMemory memory) {
    long tail = memory.tail();
    long start = memory.header.getLongVolatile(producerSlot(0) + INTENT_POSITION);
    if (start < 0 || tag(start) != 0 || tail - start > memory.maxClaim) {
      throw new RingCorruptedException(
          "the last claim of the producer is at " + start + ", the tail at " + tail);
    }
    long position = start;
    while (position < tail && memory.isCommitted(position)) {
      position += memory.recordLengthAt(position);
    }
    if (position < tail) {
      int at = (int) position & memory.mask;
      memory.data.putInt(at + RECORD_LENGTH, (int) (tail - position) - RECORD_HEADER_LENGTH);
      Steps.reached(PADDING_LENGTH_WRITTEN);
      memory.data.putInt(at + RECORD_TYPE, PADDING);
      Steps.reached(PADDING_TYPE_WRITTEN);
      memory.data.putLongRelease(at, stamp(position, memory.key));
      Steps.reached(PADDING_COMMITTED);
      RingEvents.recovered(position, tail - position);
    }
  }
}
