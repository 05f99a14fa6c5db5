package io.millrace.ring;

import static io.millrace.ring.RingLayout.NONE;
import static io.millrace.ring.Steps.Step.*;

/**
 * The records that consumers of a shared group had in hand when they were killed, or left.
 *
 * <p>The consumer that takes the lock of such a slot has the slot, and finishes what is in it. If
 * that one is killed, too, the lock is free again and the next one goes on.
 */
final class Orphans {
  private final RingMemory memory;
  private final ConsumerSlots slots;
  private final Signals signals;
  private final GroupSlot group;
  private final int self;
  private long position = NONE;

  Orphans(RingCore core, Group group, int self) {
    this.group = group.slot;
    this.self = self;
    memory = core.memory;
    slots = core.slots;
    signals = core.signals;
  }

  /** Tells whether somebody who is gone has left a slot of the group. Takes nothing. */
  boolean exist() {
    int bound = memory.words.consumerBound();
    for (int i = 0; i < bound; i++) {
      ConsumerSlot slot = memory.consumers[i];
      if (isCandidate(slot) && !slots.isAlive(slot)) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether any other slot is in the group, of the living or the dead. */
  boolean haveRivals() {
    int bound = memory.words.consumerBound();
    for (int i = 0; i < bound; i++) {
      if (isCandidate(memory.consumers[i])) {
        return true;
      }
    }
    return false;
  }

  private boolean isCandidate(ConsumerSlot slot) {
    return slot.index != self && slot.names(group.index);
  }

  /**
   * Takes the slot of a dead or former consumer that has a record in hand, and frees those that
   * have none.
   *
   * @return the slot, or null if there is none
   */
  ConsumerSlot adopt() {
    int bound = memory.words.consumerBound();
    for (int i = 0; i < bound; i++) {
      ConsumerSlot slot = memory.consumers[i];
      if (isCandidate(slot) && slots.tryOwn(slot)) {
        position = isCandidate(slot) ? ConsumerSlots.claimed(slot, group) : NONE;
        if (position != NONE) {
          Steps.reached(ORPHAN_ADOPTED);
          return slot;
        }
        if (isCandidate(slot)) {
          release(slot);
        } else {
          slots.disown(slot);
        }
      }
    }
    return null;
  }

  /** Where the record begins that was found in the slot that was adopted last. */
  long position() {
    return position;
  }

  /** Frees an adopted slot whose record is done. */
  void release(ConsumerSlot slot) {
    ConsumerSlots.free(slot);
    slots.disown(slot);
    signals.spaceFreed();
  }

  /** Leaves an adopted slot as it was found, and tells all who may take it that it is there. */
  void giveBack(ConsumerSlot slot) {
    slots.disown(slot);
    Steps.reached(ORPHAN_GIVEN_BACK);
    signals.membersChanged();
  }
}
