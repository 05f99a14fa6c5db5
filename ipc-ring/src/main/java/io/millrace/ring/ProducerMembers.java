package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import org.agrona.concurrent.UnsafeBuffer;

/** How producers join the ring and leave it. */
final class ProducerMembers {
  private static final int NO_SLOT = -1;

  private final RingMemory memory;
  private final UnsafeBuffer header;
  private final Membership membership;
  private final MemberNews news;

  ProducerMembers(RingMemory memory, Membership membership, MemberNews news) {
    this.memory = memory;
    this.membership = membership;
    this.news = news;
    header = memory.header;
  }

  /** Takes a slot. Returns its index. */
  int join() {
    return membership.exclusively(
        () -> {
          int index = lockSlot();
          try {
            open(index);
            news.joined("producer", index);
            return index;
          } catch (RuntimeException | Error failure) {
            membership.disown(producerLock(index)); // Left as by one that was killed.
            throw failure;
          }
        });
  }

  private int lockSlot() {
    int index = lockSlotThatIs(FREE);
    if (index == NO_SLOT) {
      index = lockSlotThatIs(ACTIVE);
    }
    if (index == NO_SLOT) {
      throw new NoFreeSlotException("producer", memory.producers, "maxProducers");
    }
    return index;
  }

  /** A slot of the dead is taken only when nothing that they announced can matter any more. */
  private int lockSlotThatIs(int state) {
    for (int i = 0; i < memory.producers; i++) {
      if (header.getIntVolatile(producerSlot(i) + PRODUCER_STATE) == state
          && membership.tryOwn(producerLock(i))) {
        boolean settled = false;
        try {
          settled = memory.singleProducer || ProducerSlot.isSettled(memory, i);
        } finally {
          if (!settled) {
            membership.disown(producerLock(i));
          }
        }
        if (settled) {
          return i;
        }
      }
    }
    return NO_SLOT;
  }

  private void open(int index) {
    Steps.reached(SLOT_LOCKED);
    if (memory.singleProducer) {
      ProducerSlot.settleAlone(memory);
    }
    int slot = producerSlot(index);
    header.putLongRelease(slot + INTENT_LENGTH, 0);
    for (int counter = PRODUCED_RECORDS; counter <= PRODUCER_WAKE_UPS; counter += Long.BYTES) {
      header.putLong(slot + counter, 0);
    }
    membership.sign(header, slot + PRODUCER_IDENTITY);
    Steps.reached(SLOT_SIGNED);
    header.putIntVolatile(slot + PRODUCER_STATE, ACTIVE);
    Steps.reached(SLOT_ACTIVE);
  }

  void leave(int index) {
    int slot = producerSlot(index);
    header.putLongRelease(slot + INTENT_LENGTH, 0);
    Steps.reached(INTENT_RETRACTED);
    header.putIntVolatile(slot + PRODUCER_STATE, FREE);
    Steps.reached(SLOT_FREED);
    membership.disown(producerLock(index));
    news.left("producer", index);
  }
}
