package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * The records that dead consumers of a shared group had in hand.
 *
 * <p>Whoever takes the lock of a dead consumer's slot has the slot, and finishes what is in it. If
 * that one is killed, too, the lock is free again and the next one goes on.
 */
final class Orphans {
  private static final int NONE_FOUND = -1;

  private final RingMemory memory;
  private final UnsafeBuffer header;
  private final Membership membership;
  private final Ring ring;
  private final Group group;
  private final int self;

  Orphans(Ring ring, Group group, int self) {
    this.ring = ring;
    this.group = group;
    this.self = self;
    memory = ring.memory();
    header = memory.header;
    membership = ring.membership();
  }

  /**
   * Notes that a consumer claimed up to a position: the cursor that says so is about to change.
   * Only upwards, and not if the slot belongs to another group by now: the caller may be slow.
   */
  void confirm(int claimer, long position) {
    int confirmed = memory.consumerSlot(claimer) + CONFIRMED;
    long value;
    do {
      value = header.getLongVolatile(confirmed);
      if (tag(value) != group.index || position(value) >= position) {
        return;
      }
    } while (!header.compareAndSetLong(confirmed, value, position | group.index));
  }

  /** Tells whether any dead consumer of the group has left its slot. Takes nothing. */
  boolean exist() {
    int bound = Space.bound(header.getIntVolatile(CONSUMER_BOUND_OFFSET), memory.consumers);
    for (int i = 0; i < bound; i++) {
      if (isCandidate(i) && !membership.isAlive(consumerLock(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean isCandidate(int consumer) {
    int slot = memory.consumerSlot(consumer);
    return consumer != self
        && header.getIntVolatile(slot + CONSUMER_STATE) == ACTIVE
        && header.getInt(slot + CONSUMER_GROUP) == group.index;
  }

  /**
   * Takes the slot of a dead consumer that has a record in hand, and frees those that have none.
   *
   * @return the consumer's index, or -1 if there is none
   */
  int adopt() {
    int bound = Space.bound(header.getIntVolatile(CONSUMER_BOUND_OFFSET), memory.consumers);
    for (int i = 0; i < bound; i++) {
      if (isCandidate(i) && membership.tryOwn(consumerLock(i))) {
        if (isCandidate(i) && hasRecord(i)) {
          return i;
        }
        release(i, isCandidate(i));
      }
    }
    return NONE_FOUND;
  }

  /**
   * Tells whether the dead consumer had really claimed what its slot shows: the cursor, or whoever
   * claimed after it, says that its last claim ended behind there.
   */
  private boolean hasRecord(int consumer) {
    int slot = memory.consumerSlot(consumer);
    long shown = header.getLongVolatile(slot + IN_PROGRESS);
    if (shown == NONE) {
      return false;
    }
    // The cursor first: a successor confirms before it replaces the cursor.
    long cursor = group.cursor();
    long confirmed = header.getLongVolatile(slot + CONFIRMED);
    return tag(cursor) == consumer && position(cursor) > shown
        || tag(confirmed) == group.index && position(confirmed) > shown;
  }

  long recordOf(int consumer) {
    return header.getLongVolatile(memory.consumerSlot(consumer) + IN_PROGRESS);
  }

  /** Gives an adopted slot back: free if its record is done, else as it was for the next one. */
  void release(int consumer, boolean done) {
    if (done) {
      int slot = memory.consumerSlot(consumer);
      header.putLongRelease(slot + IN_PROGRESS, NONE);
      header.putIntRelease(slot + CONSUMER_STATE, FREE);
    }
    membership.disown(consumerLock(consumer));
    if (done) {
      ring.signals().spaceFreed();
    }
  }
}
