package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** Joining, leaving and evicting. One member of all processes at a time changes the membership. */
final class Members {
  private static final long EVICTION_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int NO_SLOT = -1;

  private final RingMemory memory;
  private final UnsafeBuffer header;
  private final Membership membership;
  private final Signals signals;
  private volatile long lastEviction = System.nanoTime();

  Members(RingMemory memory, Membership membership, Signals signals) {
    this.memory = memory;
    this.membership = membership;
    this.signals = signals;
    header = memory.header;
  }

  /** Takes a producer slot. Returns its index. */
  int joinProducer() {
    int joined = membership.exclusively(this::takeProducerSlot);
    joined("producer", joined);
    return joined;
  }

  private int takeProducerSlot() {
    int index = lockProducerSlot(FREE);
    if (index == NO_SLOT) {
      index = lockProducerSlot(ACTIVE);
    }
    if (index == NO_SLOT) {
      throw new NoFreeSlotException("producer", memory.producers, "maxProducers");
    }
    if (memory.singleProducer) {
      ProducerSlot.settleAlone(memory);
    }
    int slot = producerSlot(index);
    header.putLongRelease(slot + INTENT_LENGTH, 0);
    for (int counter = PRODUCED_RECORDS; counter <= PRODUCER_WAKE_UPS; counter += Long.BYTES) {
      header.putLong(slot + counter, 0);
    }
    membership.sign(header, slot + PRODUCER_IDENTITY);
    header.putIntVolatile(slot + PRODUCER_STATE, ACTIVE);
    return index;
  }

  /** A slot of the dead is taken only when nothing that they announced can matter any more. */
  private int lockProducerSlot(int state) {
    for (int i = 0; i < memory.producers; i++) {
      if (header.getIntVolatile(producerSlot(i) + PRODUCER_STATE) == state
          && membership.tryOwn(producerLock(i))) {
        if (memory.singleProducer || ProducerSlot.isSettled(memory, i)) {
          return i;
        }
        membership.disown(producerLock(i));
      }
    }
    return NO_SLOT;
  }

  void leaveProducer(int index) {
    int slot = producerSlot(index);
    header.putLongRelease(slot + INTENT_LENGTH, 0);
    header.putIntVolatile(slot + PRODUCER_STATE, FREE);
    membership.disown(producerLock(index));
    left("producer", index);
  }

  /** Joins a group, which is created if it does not exist. */
  Consumer joinConsumer(Ring ring, GroupOptions options) {
    Consumer joined = membership.exclusively(() -> takeConsumerSlot(ring, options));
    joined("consumer", joined.index);
    return joined;
  }

  private Consumer takeConsumerSlot(Ring ring, GroupOptions options) {
    removeDeadGroups();
    Group group = find(options.name());
    boolean afterDeath = false;
    if (group != null) {
      afterDeath = checkJoinable(group, options);
    }
    int index = lockConsumerSlot();
    try {
      if (group == null) {
        group = freeGroup();
        group.open(options);
      }
      int slot = memory.consumerSlot(index);
      header.putLong(slot + IN_PROGRESS, NONE);
      header.putLong(slot + CONFIRMED, group.position() | group.index);
      header.putLong(slot + CONSUMED_RECORDS, 0);
      header.putLong(slot + CONSUMED_BYTES, 0);
      header.putLong(slot + CONSUMER_WAKE_UPS, 0);
      header.putInt(slot + CONSUMER_GROUP, group.index);
      membership.sign(header, slot + CONSUMER_IDENTITY);
      if (header.getInt(CONSUMER_BOUND_OFFSET) <= index) {
        header.putIntVolatile(CONSUMER_BOUND_OFFSET, index + 1);
      }
      header.putIntVolatile(slot + CONSUMER_STATE, ACTIVE);
      group.setUnclean(false);
      return options.isShared()
          ? new SharedConsumer(ring, group, index)
          : new ExclusiveConsumer(ring, group, index, afterDeath);
    } catch (RuntimeException | Error failure) {
      membership.disown(consumerLock(index));
      throw failure;
    }
  }

  /** Returns true if the only consumer that an exclusive group had was killed. */
  private boolean checkJoinable(Group group, GroupOptions options) {
    if (group.isShared() != options.isShared() || group.isRetained() != options.isRetained()) {
      throw new GroupInUseException(
          "group "
              + options.name()
              + " exists and is "
              + describe(group.isShared(), group.isRetained())
              + ", not "
              + describe(options.isShared(), options.isRetained()));
    }
    boolean afterDeath = group.isUnclean();
    if (!options.isShared()) {
      for (int i = 0; i < memory.consumers; i++) {
        if (isMember(i, group)) {
          int slot = memory.consumerSlot(i);
          if (!membership.tryOwn(consumerLock(i))) {
            throw new GroupInUseException(
                "group "
                    + options.name()
                    + " is exclusive and process "
                    + header.getInt(slot + CONSUMER_IDENTITY + IDENTITY_PID)
                    + " consumes it");
          }
          header.putIntVolatile(slot + CONSUMER_STATE, FREE);
          membership.disown(consumerLock(i));
          afterDeath = true;
        }
      }
    }
    return afterDeath;
  }

  private static String describe(boolean shared, boolean retained) {
    return (shared ? "shared" : "exclusive") + (retained ? " and retained" : " and ephemeral");
  }

  /** The slot of a dead shared consumer is left to its group: it may have a record in hand. */
  private int lockConsumerSlot() {
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

  private boolean isMember(int consumer, Group group) {
    int slot = memory.consumerSlot(consumer);
    return header.getIntVolatile(slot + CONSUMER_STATE) == ACTIVE
        && header.getInt(slot + CONSUMER_GROUP) == group.index;
  }

  /** Leaves; the last one to leave an ephemeral group removes it. */
  void leaveConsumer(Consumer consumer) {
    membership.exclusively(
        () -> {
          header.putLongRelease(consumer.slot + IN_PROGRESS, NONE);
          header.putIntVolatile(consumer.slot + CONSUMER_STATE, FREE);
          membership.disown(consumerLock(consumer.index));
          removeIfEmpty(consumer.group);
          return null;
        });
    left("consumer", consumer.index);
  }

  /** Leaves like one that was killed: somebody takes over what is in its slot. */
  void abandonConsumer(Consumer consumer) {
    membership.disown(consumerLock(consumer.index));
    left("consumer", consumer.index);
  }

  private void removeIfEmpty(Group group) {
    if (group.state() != ACTIVE || group.isRetained()) {
      return;
    }
    for (int i = 0; i < memory.consumers; i++) {
      if (isMember(i, group)) {
        return;
      }
    }
    group.remove();
  }

  Group find(String name) {
    for (int i = 0; i < memory.groups; i++) {
      Group group = new Group(memory, i);
      if (group.state() == ACTIVE && group.name().equals(name)) {
        return group;
      }
    }
    return null;
  }

  private Group freeGroup() {
    for (int i = 0; i < memory.groups; i++) {
      Group group = new Group(memory, i);
      if (group.state() == FREE) {
        return group;
      }
    }
    throw new NoFreeSlotException("group", memory.groups, "maxGroups");
  }

  /**
   * Removes a group that is kept without consumers.
   *
   * @return false if there is none of that name
   */
  boolean removeGroup(String name) {
    boolean removed = membership.exclusively(() -> removeUnused(name));
    if (removed) {
      signals.membersChanged();
    }
    return removed;
  }

  private boolean removeUnused(String name) {
    Group group = find(name);
    if (group == null) {
      return false;
    }
    if (hasLivingMember(group)) {
      throw new GroupInUseException("group " + name + " cannot be removed: it has consumers");
    }
    evict(group);
    return true;
  }

  /**
   * Removes groups that should have ended with their last consumer, which was killed. Called when
   * the ring is full, at most every millisecond.
   */
  void evictDead() {
    long now = System.nanoTime();
    if (now - lastEviction > EVICTION_INTERVAL_NANOS) {
      lastEviction = now;
      evictDeadNow();
    }
  }

  void evictDeadNow() {
    // If somebody else is just changing the membership, the next look is soon enough.
    membership.tryExclusively(this::removeDeadGroups);
  }

  private void removeDeadGroups() {
    for (int i = 0; i < memory.groups; i++) {
      Group group = new Group(memory, i);
      int state = group.state();
      // Half open: whoever opened it was killed meanwhile, for this one has the lock now.
      boolean halfOpen = state != FREE && state != ACTIVE;
      if (halfOpen || state == ACTIVE && !group.isRetained() && !hasLivingMember(group)) {
        evict(group);
      }
    }
  }

  private boolean hasLivingMember(Group group) {
    for (int i = 0; i < memory.consumers; i++) {
      if (isMember(i, group) && membership.isAlive(consumerLock(i))) {
        return true;
      }
    }
    return false;
  }

  private void evict(Group group) {
    for (int i = 0; i < memory.consumers; i++) {
      if (isMember(i, group)) {
        int slot = memory.consumerSlot(i);
        header.putLongRelease(slot + IN_PROGRESS, NONE);
        header.putIntVolatile(slot + CONSUMER_STATE, FREE);
      }
    }
    group.remove();
    header.getAndAddLong(EVICTIONS_OFFSET, 1);
    RingEvents.evicted(group.index);
  }

  private void joined(String kind, int index) {
    header.getAndAddLong(JOINS_OFFSET, 1);
    signals.membersChanged();
    RingEvents.joined(kind, index);
  }

  private void left(String kind, int index) {
    signals.membersChanged();
    RingEvents.left(kind, index);
  }
}
