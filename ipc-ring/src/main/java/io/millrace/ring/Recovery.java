package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/**
 * Settles a claim that nobody will commit: turns it into padding. Its owner was killed, or lives
 * and has lost it, as a client with a mistake may: then no producer is on record for it any more.
 *
 * <p>Called by a consumer that is stuck at the position and thereby keeps producers from writing
 * over it (its cursor, or its record in hand, is there): a recoverer may be delayed for any time
 * between its steps and still writes where nobody else does. Several recoverers write the same, or
 * some of them more of what is lost than others: all ends that they find are ends of records.
 *
 * <p>The protocol is checked by {@code claim.pml}.
 */
final class Recovery {
  private final RingMemory memory;
  private final RecordHeader records;
  private final Membership membership;

  Recovery(RingMemory memory, Membership membership) {
    this.memory = memory;
    this.membership = membership;
    records = memory.records;
  }

  /**
   * Settles the claim at a position if nobody can commit it any more.
   *
   * @param position a position below the tail
   * @return true if this call turned it into padding; false if there is a record now, or if
   *     somebody who lives may still commit
   */
  boolean settle(long position) {
    long found = records.foundStamp(position);
    if (found == records.stamp(position)) {
      return false;
    }
    long end = lostClaimEnd(position);
    if (end == NONE) {
      return false;
    }
    records.writePadding(position, end - position);
    Steps.reached(PADDING_WRITTEN);
    boolean settled = records.settle(position, found);
    Steps.reached(PADDING_COMMITTED);
    if (settled) {
      RingEvents.recovered(position, end - position);
    }
    return settled;
  }

  /**
   * The end of the claim that covers a position where nothing is committed, or {@link
   * RingLayout#NONE} if somebody who lives may still commit there. Of several lost claims in a row
   * it may be the end of a later one, and of a long row some position inside. Writes nothing.
   */
  long lostClaimEnd(long position) {
    Steps.reached(HOLE_SEEN);
    // The tail before the probes: behind them a single producer's successor may claim more.
    long tail = memory.words.tail();
    if (tail <= position || isOwned(position)) {
      return NONE;
    }
    long end = nextBoundary(position, tail);
    // Again, behind the probes: the owner may have committed and moved its announcement on, and
    // left only those of dead losers here, or none. Nobody can commit any more if it has not by
    // now.
    return records.isCommitted(position) ? NONE : end;
  }

  private boolean isOwned(long position) {
    for (ProducerSlot slot : memory.producers) {
      if (covers(slot, position) && membership.isAlive(slot.lock())) {
        return true;
      }
    }
    return false;
  }

  private boolean covers(ProducerSlot slot, long position) {
    long length = slot.intentLength();
    long start = slot.intentPosition();
    if (memory.singleProducer) {
      // It says no length: its last claim ends at the tail.
      return slot.index == 0 && start <= position;
    }
    return length > 0 && start <= position && position - start < length;
  }

  /**
   * Where the next record begins, or will begin: what follows a claim is the tail, then what
   * somebody announces to claim from, then a stamp; looked at in this order it is not missed on the
   * way. Inside a claim there is nothing of that. No padding is longer than a claim may be.
   */
  private long nextBoundary(long position, long tail) {
    long next = Math.min(tail, position + memory.maxClaim);
    for (ProducerSlot slot : memory.producers) {
      long start = slot.intentPosition();
      if (start > position && tag(start) == 0) {
        next = Math.min(next, start);
      }
    }
    return records.nextCommitted(position, next);
  }
}
