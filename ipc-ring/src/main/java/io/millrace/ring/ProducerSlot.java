package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

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
  private final UnsafeBuffer header;
  private final boolean single;
  private final int intentPosition;
  private final int intentLength;
  private long limit;

  ProducerSlot(RingMemory memory, int index) {
    this.memory = memory;
    this.index = index;
    header = memory.header;
    single = memory.singleProducer;
    int slot = producerSlot(index);
    intentPosition = slot + INTENT_POSITION;
    intentLength = slot + INTENT_LENGTH;
    limit = Space.limit(memory);
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
      long tail = header.getLongVolatile(TAIL_OFFSET);
      if (tail + length > limit && !findSpace(tail, length)) {
        if (announced) {
          // Lost and giving up: nobody must wait for this producer at that position.
          retract();
        }
        return FULL;
      }
      header.putLong(intentPosition, tail);
      header.putLongRelease(intentLength, length);
      if (header.compareAndSetLong(TAIL_OFFSET, tail, tail + length)) {
        // Observers rely on it: whoever sees a byte of the new record sees the tail beyond it.
        VarHandle.storeStoreFence();
        return tail;
      }
      announced = true;
    }
  }

  private long claimAlone(int length) {
    long tail = header.getLong(TAIL_OFFSET);
    if (tail + length > limit && !findSpace(tail, length)) {
      return FULL;
    }
    header.putLong(intentPosition, tail);
    header.putLongRelease(TAIL_OFFSET, tail + length);
    VarHandle.storeStoreFence();
    return tail;
  }

  private boolean findSpace(long tail, int length) {
    limit = Space.limit(memory);
    return tail + length <= limit;
  }

  /** Tells whether a claim of this length would succeed now, if nobody else claims meanwhile. */
  boolean hasSpace(int length) {
    long tail = memory.tail();
    return tail + length <= limit || findSpace(tail, length);
  }

  void retract() {
    header.putLongRelease(intentLength, 0);
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
      memory.data.putInt(at + RECORD_TYPE, PADDING);
      memory.data.putLongRelease(at, stamp(position, memory.key));
      RingEvents.recovered(position, tail - position);
    }
  }
}
