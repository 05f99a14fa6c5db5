package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Settles the claim of a producer that was killed before it committed: turns it into padding.
 *
 * <p>Called by a consumer that is stuck at the position and thereby keeps producers from writing
 * over it (its cursor, or its record in hand, is there): a recoverer may be delayed for any time
 * between its steps and still writes where nobody else does. Several recoverers write the same.
 *
 * <p>The protocol is checked by {@code claim.pml}.
 */
final class Recovery {
  private final RingMemory memory;
  private final Membership membership;

  Recovery(RingMemory memory, Membership membership) {
    this.memory = memory;
    this.membership = membership;
  }

  /**
   * Settles the claim at a position if everyone who may have made it is dead.
   *
   * @param position a position below the tail
   * @return true if there is a committed record or padding now; false if somebody who lives may
   *     still commit, or the claim's end cannot be told yet
   */
  boolean settle(long position) {
    int index = (int) position & memory.mask;
    long stale = memory.data.getLongVolatile(index);
    if (stale == stamp(position, memory.key)) {
      return true;
    }
    long end = memory.singleProducer ? onlyClaimEnd() : deadClaimEnd(position);
    if (end == NONE) {
      return memory.isCommitted(position);
    }
    long length = end - position;
    if (length <= 0 || length > memory.maxClaim || tag(length) != 0) {
      throw new RingCorruptedException(
          "the claim at position " + position + " cannot end at " + end);
    }
    memory.data.putInt(index + RECORD_LENGTH, (int) length - RECORD_HEADER_LENGTH);
    memory.data.putInt(index + RECORD_TYPE, PADDING);
    boolean settled = memory.data.compareAndSetLong(index, stale, stamp(position, memory.key));
    if (settled) {
      RingEvents.recovered(position, length);
    }
    return settled || memory.isCommitted(position);
  }

  /** With a single producer whatever is not committed is its last claim, which ends at the tail. */
  private long onlyClaimEnd() {
    return membership.isAlive(producerLock(0)) ? NONE : memory.tail();
  }

  /** The end of the claim that covers a position, or {@link RingLayout#NONE}. */
  private long deadClaimEnd(long position) {
    UnsafeBuffer header = memory.header;
    for (int i = 0; i < memory.producers; i++) {
      if (announcedEnd(i, position) != NONE && membership.isAlive(producerLock(i))) {
        return NONE;
      }
    }
    // Several may have tried from here, with other lengths. The smallest end that is a boundary of
    // the stream is the winner's: inside the winner's claim there is none.
    long winner = NONE;
    for (int i = 0; i < memory.producers; i++) {
      long end = announcedEnd(i, position);
      if (end < winner && isBoundary(header, end)) {
        winner = end;
      }
    }
    return winner;
  }

  private long announcedEnd(int producer, long position) {
    int slot = producerSlot(producer);
    long length = memory.header.getLongVolatile(slot + INTENT_LENGTH);
    long start = memory.header.getLongVolatile(slot + INTENT_POSITION);
    boolean covers = length > 0 && start <= position && position - start < length;
    return covers ? start + length : NONE;
  }

  /**
   * Tells whether a record ends and another begins (or will begin) at a position. What follows a
   * record passes through these three in this order, so it is not missed on the way.
   */
  private boolean isBoundary(UnsafeBuffer header, long position) {
    if (memory.tail() == position) {
      return true;
    }
    for (int i = 0; i < memory.producers; i++) {
      if (header.getLongVolatile(producerSlot(i) + INTENT_POSITION) == position) {
        return true;
      }
    }
    return memory.isCommitted(position);
  }
}
