package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/** The slots of all consumers: who owns them, and what may be done with those of the dead. */
final class ConsumerSlots {
  private final RingMemory memory;
  private final Membership membership;

  ConsumerSlots(RingMemory memory, Membership membership) {
    this.memory = memory;
    this.membership = membership;
  }

  /** The group that a slot names, or null if it is none, or has ended. */
  GroupSlot group(ConsumerSlot slot) {
    int index = slot.group();
    boolean isActive =
        index >= 0 && index < memory.groups.length && memory.groups[index].state() == ACTIVE;
    return isActive ? memory.groups[index] : null;
  }

  boolean isAlive(ConsumerSlot slot) {
    return membership.isAlive(slot.lock());
  }

  boolean tryOwn(ConsumerSlot slot) {
    return membership.tryOwn(slot.lock());
  }

  void disown(ConsumerSlot slot) {
    membership.disown(slot.lock());
  }

  /**
   * The record that the last owner of a slot had really claimed: the cursor, or the consumer that
   * claimed after it, says that its last claim ended behind there. Otherwise what the slot shows is
   * only what it was about to claim, and NONE is returned. The caller owns the slot's lock.
   */
  static long claimed(ConsumerSlot slot, GroupSlot group) {
    long shown = slot.inHand();
    if (shown == NONE) {
      return NONE;
    }
    // The cursor first: a successor confirms before it replaces the cursor.
    long cursor = group.cursor();
    long confirmed = slot.confirmed();
    boolean claimed =
        tag(cursor) == slot.index && position(cursor) > shown
            || tag(confirmed) == group.index && position(confirmed) > shown;
    return claimed ? shown : NONE;
  }

  /** Frees a slot whose lock the caller owns, and keeps the lock. */
  static void free(ConsumerSlot slot) {
    slot.showNone();
    Steps.reached(SLOT_EMPTIED);
    slot.setState(FREE);
    Steps.reached(SLOT_FREED);
  }

  /**
   * Frees the slots that still name a group which has ended.
   *
   * @return false if the owner of one is leaving: it may still look at the group's place
   */
  boolean freeAll(int ended) {
    boolean all = true;
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.names(ended)) {
        if (tryOwn(slot)) {
          if (slot.names(ended)) {
            free(slot);
          }
          disown(slot);
        } else {
          all = false;
        }
      }
    }
    return all;
  }
}
