package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import org.agrona.concurrent.UnsafeBuffer;

/** How consumers join a group and leave it. */
final class ConsumerMembers {
  private final RingMemory memory;
  private final UnsafeBuffer header;
  private final Membership membership;
  private final Groups groups;
  private final MemberNews news;

  ConsumerMembers(RingMemory memory, Membership membership, Groups groups, MemberNews news) {
    this.memory = memory;
    this.membership = membership;
    this.groups = groups;
    this.news = news;
    header = memory.header;
  }

  /** Joins a group, which is created if it does not exist. */
  Consumer join(Ring ring, GroupOptions options) {
    return membership.exclusively(
        () -> {
          groups.removeDead();
          Group group = groups.find(options.name());
          boolean afterDeath = group != null && checkJoinable(group, options);
          int index = lockSlot();
          try {
            Steps.reached(SLOT_LOCKED);
            if (group == null) {
              group = groups.open(options);
            }
            open(index, group);
            Consumer consumer =
                options.isShared()
                    ? new SharedConsumer(ring, group, index)
                    : new ExclusiveConsumer(ring, group, index, afterDeath);
            news.joined("consumer", index);
            return consumer;
          } catch (RuntimeException | Error failure) {
            membership.disown(consumerLock(index)); // Left as by one that was killed.
            throw failure;
          }
        });
  }

  private void open(int index, Group group) {
    int slot = memory.consumerSlot(index);
    header.putLong(slot + IN_PROGRESS, NONE);
    header.putLong(slot + CONFIRMED, group.position() | group.index);
    header.putLong(slot + CONSUMED_RECORDS, 0);
    header.putLong(slot + CONSUMED_BYTES, 0);
    header.putLong(slot + CONSUMER_WAKE_UPS, 0);
    header.putInt(slot + CONSUMER_GROUP, group.index);
    membership.sign(header, slot + CONSUMER_IDENTITY);
    Steps.reached(SLOT_SIGNED);
    if (header.getInt(CONSUMER_BOUND_OFFSET) <= index) {
      header.putIntVolatile(CONSUMER_BOUND_OFFSET, index + 1);
    }
    header.putIntVolatile(slot + CONSUMER_STATE, ACTIVE);
    Steps.reached(SLOT_ACTIVE);
    group.setUnclean(false);
  }

  /** Returns true if the only consumer that an exclusive group had was killed. */
  private boolean checkJoinable(Group group, GroupOptions options) {
    Groups.checkKind(group, options);
    boolean afterDeath = group.isUnclean();
    if (!options.isShared()) {
      for (int i = 0; i < memory.consumers; i++) {
        if (groups.isMember(i, group)) {
          int slot = memory.consumerSlot(i);
          if (!membership.tryOwn(consumerLock(i))) {
            throw new GroupInUseException(
                "group "
                    + options.name()
                    + " is exclusive and process "
                    + header.getInt(slot + CONSUMER_IDENTITY + IDENTITY_PID)
                    + " consumes it");
          }
          // First noted in the group: whoever joins may be killed before it has a slot.
          group.setUnclean(true);
          header.putIntVolatile(slot + CONSUMER_STATE, FREE);
          Steps.reached(SLOT_FREED);
          membership.disown(consumerLock(i));
          afterDeath = true;
        }
      }
    }
    return afterDeath;
  }

  /** The slot of a dead shared consumer is left to its group: it may have a record in hand. */
  private int lockSlot() {
    for (int i = 0; i < memory.consumers; i++) {
      int state = header.getIntVolatile(memory.consumerSlot(i) + CONSUMER_STATE);
      if (state == FREE && membership.tryOwn(consumerLock(i))) {
        return i;
      }
    }
    for (int i = 0; i < memory.consumers; i++) {
      long inHand = header.getLongVolatile(memory.consumerSlot(i) + IN_PROGRESS);
      if (inHand == NONE && membership.tryOwn(consumerLock(i))) {
        if (header.getLongVolatile(memory.consumerSlot(i) + IN_PROGRESS) == NONE) {
          noteDeath(i);
          return i;
        }
        membership.disown(consumerLock(i));
      }
    }
    throw new NoFreeSlotException("consumer", memory.consumers, "maxConsumers");
  }

  private void noteDeath(int consumer) {
    int index = header.getInt(memory.consumerSlot(consumer) + CONSUMER_GROUP);
    if (index >= 0 && index < memory.groups) {
      new Group(memory, index).setUnclean(true);
    }
  }

  /** Leaves; an ephemeral group goes with its last consumer. */
  void leave(Consumer consumer) {
    membership.exclusively(
        () -> {
          header.putLongRelease(consumer.slot + IN_PROGRESS, NONE);
          if (consumer.owesRedelivery()) {
            consumer.group.setUnclean(true);
          }
          header.putIntVolatile(consumer.slot + CONSUMER_STATE, FREE);
          Steps.reached(SLOT_FREED);
          membership.disown(consumerLock(consumer.index));
          groups.removeIfEmpty(consumer.group);
          return null;
        });
    news.left("consumer", consumer.index);
  }

  /** Leaves like one that was killed: somebody takes over what is in its slot. */
  void abandon(Consumer consumer) {
    membership.disown(consumerLock(consumer.index));
    news.left("consumer", consumer.index);
  }
}
