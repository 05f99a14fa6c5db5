package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/** How producers join the ring and leave it. */
final class ProducerMembers {
  private final RingMemory memory;
  private final Membership membership;
  private final MemberEvents news;

  ProducerMembers(RingMemory memory, Membership membership, MemberEvents news) {
    this.memory = memory;
    this.membership = membership;
    this.news = news;
  }

  /** Takes a slot. Returns its index. */
  int join() {
    return membership.exclusively(
        () -> {
          ProducerSlot slot = lockSlot();
          try {
            open(slot);
            news.joined("producer", slot.index);
            return slot.index;
          } catch (RuntimeException | Error failure) {
            membership.disown(slot.lock()); // Left as by one that was killed.
            throw failure;
          }
        });
  }

  private ProducerSlot lockSlot() {
    ProducerSlot slot = lockSlotThatIs(FREE);
    if (slot == null) {
      slot = lockSlotThatIs(ACTIVE);
    }
    if (slot == null) {
      throw new NoFreeSlotException("producer", memory.producers.length, "maxProducers");
    }
    return slot;
  }

  /** A slot of the dead is taken only when nothing that they announced can matter any more. */
  private ProducerSlot lockSlotThatIs(int state) {
    for (ProducerSlot slot : memory.producers) {
      if (slot.state() == state && membership.tryOwn(slot.lock())) {
        boolean settled = false;
        try {
          settled = memory.singleProducer || Predecessor.isSettled(memory, slot);
        } finally {
          if (!settled) {
            membership.disown(slot.lock());
          }
        }
        if (settled) {
          return slot;
        }
      }
    }
    return null;
  }

  private void open(ProducerSlot slot) {
    Steps.reached(SLOT_LOCKED);
    if (memory.singleProducer) {
      Predecessor.settleAlone(memory);
    }
    slot.setIntentLength(0);
    slot.clearCounters();
    membership.sign(slot.owner);
    Steps.reached(SLOT_SIGNED);
    slot.setState(ACTIVE);
    Steps.reached(SLOT_ACTIVE);
  }

  void leave(int index) {
    ProducerSlot slot = memory.producers[index];
    slot.setIntentLength(0);
    Steps.reached(INTENT_RETRACTED);
    slot.setState(FREE);
    Steps.reached(SLOT_FREED);
    membership.disown(slot.lock());
    news.left("producer", index);
  }

  /** Tells whether the owner of a slot lives. */
  boolean isAlive(int index) {
    return membership.isAlive(memory.producers[index].lock());
  }

  /** Tells whether there is another producer, dead or alive, than the one in this slot. */
  boolean hasOthers(int index) {
    for (ProducerSlot slot : memory.producers) {
      if (slot.index != index && slot.state() == ACTIVE) {
        return true;
      }
    }
    return false;
  }
}
