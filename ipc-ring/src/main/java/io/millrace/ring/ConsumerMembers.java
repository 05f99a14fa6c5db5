package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/** How consumers join a group and leave it. Checked by {@code leave.pml}, {@code takeover.pml}. */
final class ConsumerMembers {
  /** Each but the last in vain because the last consumer left a group at that very moment. */
  private static final int MOST_TRIES = 1000;

  private final RingMemory memory;
  private final Membership membership;
  private final Groups groups;
  private final ConsumerSlots slots;
  private final Signals signals;
  private final MemberEvents news;

  ConsumerMembers(
      RingMemory memory,
      Membership membership,
      Groups groups,
      ConsumerSlots slots,
      Signals signals,
      MemberEvents news) {
    this.memory = memory;
    this.membership = membership;
    this.groups = groups;
    this.slots = slots;
    this.signals = signals;
    this.news = news;
  }

  /**
   * Makes what uses a slot.
   *
   * @param <T> what is made
   */
  interface Maker<T> {
    /**
     * Makes one.
     *
     * @param group the group that was joined
     * @param slot the index of the slot
     * @param record what the last owner of the slot had in hand, or NONE
     * @param afterDeath the record at the group's cursor may have been handled before
     * @return what uses the slot
     */
    T make(Group group, int slot, long record, boolean afterDeath);
  }

  /** Joins a group, which is created if it does not exist. */
  <T> T join(GroupOptions options, Maker<T> maker) {
    return membership.exclusively(
        () -> {
          groups.tidy();
          for (int i = 0; i < MOST_TRIES; i++) {
            T consumer = tryJoin(options, maker);
            if (consumer != null) {
              return consumer;
            }
          }
          throw new DamagedRingException(
              "group " + options.name() + " ends whenever somebody joins it");
        });
  }

  /** Returns null if the group has ended meanwhile, because its last consumer left. */
  private <T> T tryJoin(GroupOptions options, Maker<T> maker) {
    Group group = groups.findFor(options);
    if (group != null && !group.isShared()) {
      succeed(group);
    }
    boolean afterDeath = group != null && group.isUnclean();
    ConsumerSlot slot = lockSlot(group);
    try {
      Steps.reached(SLOT_LOCKED);
      if (group == null) {
        group = groups.open(options);
      }
      long record = slot.state() == FREE ? NONE : ConsumerSlots.claimed(slot, group.slot);
      open(slot, group, record);
      if (!group.join(options.isAcknowledged())) {
        ConsumerSlots.free(slot);
        slots.disown(slot);
        return null;
      }
      T consumer = maker.make(group, slot.index, record, afterDeath);
      news.joined("consumer", slot.index);
      return consumer;
    } catch (RuntimeException | Error failure) {
      try {
        vacate(slot, group, slot.inHand() != NONE);
        signals.membersChanged();
      } catch (RuntimeException | Error another) {
        failure.addSuppressed(another);
      }
      throw failure;
    }
  }

  /**
   * Makes an owned slot one of the group. With a record that its last owner had in hand it is one
   * already: then all that tells so stays as it is, so that this one may be killed, too.
   */
  private void open(ConsumerSlot slot, Group group, long record) {
    if (record == NONE) {
      slot.setGroup(group.slot.index, group.position());
    }
    slot.clearCounters();
    membership.sign(slot.owner);
    Steps.reached(SLOT_SIGNED);
    memory.words.raiseConsumerBound(slot.index);
    slot.setState(ACTIVE);
    Steps.reached(SLOT_ACTIVE);
  }

  /** Frees the slot that a killed consumer of an exclusive group has left. */
  private void succeed(Group group) {
    int index = group.slot.index;
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.isMember(index)) {
        if (slots.tryOwn(slot)) {
          retire(slot);
          slots.disown(slot);
        } else if (slot.isMember(index)) {
          throw new GroupInUseException(
              "group "
                  + group.slot.name()
                  + " is exclusive and process "
                  + slot.owner.pid()
                  + " consumes it");
        }
      }
    }
  }

  /**
   * Takes the lock of a slot that nobody needs, and frees it. If there is none, that of a dead or
   * former member of the caller's group with the record that it had in hand; such a slot is not
   * free. The last resort is a group whose consumers were all killed.
   */
  private ConsumerSlot lockSlot(Group group) {
    for (int i = 0; i <= memory.groups.length; i++) {
      ConsumerSlot slot = lockFree();
      if (slot == null) {
        slot = lockUnneeded();
      }
      if (slot == null && group != null && group.isShared()) {
        slot = lockOwn(group);
      }
      if (slot != null) {
        return slot;
      }
      if (!groups.evictForSlots(group)) {
        break;
      }
    }
    throw new NoFreeSlotException("consumer", memory.consumers.length, "maxConsumers");
  }

  private ConsumerSlot lockFree() {
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.state() == FREE && slots.tryOwn(slot)) {
        return slot;
      }
    }
    return null;
  }

  /**
   * What was shown and not claimed is nobody's; what was claimed belongs to the dead one's group.
   */
  private ConsumerSlot lockUnneeded() {
    for (ConsumerSlot slot : memory.consumers) {
      if (slots.tryOwn(slot)) {
        GroupSlot group = slots.group(slot);
        if (group == null || ConsumerSlots.claimed(slot, group) == NONE) {
          retire(slot);
          return slot;
        }
        slots.disown(slot);
      }
    }
    return null;
  }

  private ConsumerSlot lockOwn(Group group) {
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.names(group.slot.index) && slots.tryOwn(slot)) {
        if (ConsumerSlots.claimed(slot, group.slot) == NONE) {
          retire(slot);
        }
        return slot;
      }
    }
    return null;
  }

  /**
   * Frees an owned slot. If its owner was killed this is noted in the group first: a joiner may be
   * killed before it has a slot. A consumer that has left in good order has said what it owes.
   */
  private void retire(ConsumerSlot slot) {
    GroupSlot group = slots.group(slot);
    if (group != null && slot.isMember(group.index)) {
      groups.at(group).setUnclean();
    }
    ConsumerSlots.free(slot);
  }

  /**
   * Leaves, and waits for nobody: not for the membership lock either. An ephemeral group goes with
   * its last consumer; a record that is still in hand is left to the others of the group.
   *
   * @param owesRedelivery the record at the group's cursor may have been handled before
   * @param holdsRecord the slot shows a record that could not be handled
   */
  void leave(int index, Group group, boolean owesRedelivery, boolean holdsRecord) {
    try {
      if (owesRedelivery) {
        group.setUnclean();
      }
      vacate(memory.consumers[index], group, holdsRecord);
    } finally {
      news.left("consumer", index);
    }
  }

  /**
   * Gives an owned slot back. Until it is free it names the group, so that nobody uses the group's
   * place again; and until then sleepers are told if its owner is killed.
   */
  private void vacate(ConsumerSlot slot, Group group, boolean holdsRecord) {
    try {
      if (group == null) {
        return; // There is none to leave yet, and the slot is free.
      }
      if (slot.state() != FREE) {
        if (!holdsRecord) {
          slot.showNone();
        }
        slot.setState(LEFT);
        Steps.reached(SLOT_LEFT);
      }
      boolean ended = groups.endIfEmpty(group);
      if (ended) {
        slots.freeAll(group.slot.index);
      }
      if (ended || !holdsRecord) {
        ConsumerSlots.free(slot);
        signals.spaceFreed();
      }
    } finally {
      slots.disown(slot);
    }
  }
}
