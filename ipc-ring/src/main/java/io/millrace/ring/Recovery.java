package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

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
   * @return true if this call turned it into padding; false if there is a record now, if somebody
   *     who lives may still commit, or if the claim's end cannot be told yet
   */
  boolean settle(long position) {
    int index = (int) position & memory.mask;
    long stale = memory.data.getLongVolatile(index);
    if (stale == stamp(position, memory.key)) {
      return false;
    }
    Steps.reached(HOLE_SEEN);
    long end = deadClaimEnd(position);
    if (end == NONE) {
      return false;
    }
    long length = end - position;
    if (length <= 0 || length > memory.maxClaim || tag(length) != 0) {
      throw new RingCorruptedException(
          "the claim at position " + position + " cannot end at " + end);
    }
    memory.data.putInt(index + RECORD_LENGTH, (int) length - RECORD_HEADER_LENGTH);
    Steps.reached(PADDING_LENGTH_WRITTEN);
    memory.data.putInt(index + RECORD_TYPE, PADDING);
    Steps.reached(PADDING_TYPE_WRITTEN);
    boolean settled = memory.data.compareAndSetLong(index, stale, stamp(position, memory.key));
    Steps.reached(PADDING_COMMITTED);
    if (settled) {
      RingEvents.recovered(position, length);
    }
    return settled;
  }

  /**
   * The end of the claim that covers a position below the tail, or {@link RingLayout#NONE} if it is
   * committed or may still be. Writes nothing.
   */
  long deadClaimEnd(long position) {
    long end = memory.singleProducer ? onlyClaimEnd() : announcedDeadEnd(position);
    // Again, behind the probes: the owner may have committed, moved its announcement on and left
    // only those of dead losers here. Nobody can commit any more if it has not by now.
    return memory.isCommitted(position) ? NONE : end;
  }

  /**
   * Tells whether nobody is on record for a claim: its owner is dead and its slot was given away,
   * because no group needed to pass here. Look once more whether the record is committed after
   * that.
   */
  boolean isForgotten(long position) {
    for (int i = 0; i < memory.producers; i++) {
      if (announcedEnd(i, position) != NONE) {
        return false;
      }
    }
    return !memory.singleProducer;
  }

  /**
   * With a single producer whatever is not committed is its last claim, which ends at the tail. The
   * tail first: behind the probe a successor may already claim more.
   */
  private long onlyClaimEnd() {
    long tail = memory.tail();
    return membership.isAlive(producerLock(0)) ? NONE : tail;
  }

  private long announcedDeadEnd(long position) {
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
