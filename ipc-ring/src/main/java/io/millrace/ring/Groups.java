package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** The groups of the ring: how they come, and how they go with their last consumer. */
final class Groups {
  private static final long EVICTION_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final RingMemory memory;
  private final UnsafeBuffer header;
  private final Membership membership;
  private final Signals signals;

  /** Made once: a producer does it whenever it is about to sleep. */
  private final Runnable eviction = this::removeDead;

  private volatile long lastEviction = System.nanoTime();

  Groups(RingMemory memory, Membership membership, Signals signals) {
    this.memory = memory;
    this.membership = membership;
    this.signals = signals;
    header = memory.header;
  }

  /** Creates a group without a consumer. Returns false if it exists. */
  boolean add(GroupOptions options) {
    return membership.exclusively(
        () -> {
          removeDead();
          Group group = find(options.name());
          if (group == null) {
            open(options);
            return true;
          }
          checkKind(group, options);
          return false;
        });
  }

  /** Opens a group that does not exist yet. Call under the membership lock. */
  Group open(GroupOptions options) {
    Group group = freeGroup();
    group.open(options);
    return group;
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

  /** Returns null if there is none of that name. */
  Group find(String name) {
    for (int i = 0; i < memory.groups; i++) {
      Group group = new Group(memory, i);
      if (group.state() == ACTIVE && group.name().equals(name)) {
        return group;
      }
    }
    return null;
  }

  static void checkKind(Group group, GroupOptions options) {
    if (group.isShared() != options.isShared() || group.isRetained() != options.isRetained()) {
      throw new GroupInUseException(
          "group "
              + options.name()
              + " exists and is "
              + describe(group.isShared(), group.isRetained())
              + ", not "
              + describe(options.isShared(), options.isRetained()));
    }
  }

  private static String describe(boolean shared, boolean retained) {
    return (shared ? "shared" : "exclusive") + (retained ? " and retained" : " and ephemeral");
  }

  boolean isMember(int consumer, Group group) {
    int slot = memory.consumerSlot(consumer);
    return header.getIntVolatile(slot + CONSUMER_STATE) == ACTIVE
        && header.getInt(slot + CONSUMER_GROUP) == group.index;
  }

  /** The last one to leave an ephemeral group removes it. */
  void removeIfEmpty(Group group) {
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

  /**
   * Removes a group that is kept without consumers.
   *
   * @return false if there is none of that name
   */
  boolean remove(String name) {
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
    free(group);
    return true;
  }

  /**
   * Removes groups that should have ended with their last consumer, which was killed. Called when
   * the ring is full; looks at most every millisecond.
   */
  void evictDead() {
    long now = System.nanoTime();
    if (now - lastEviction > EVICTION_INTERVAL_NANOS) {
      lastEviction = now;
      evictDeadNow();
    }
  }

  /** Returns false if somebody else is just changing the membership: look again soon. */
  boolean evictDeadNow() {
    return membership.tryExclusively(eviction);
  }

  /** Call under the membership lock. */
  void removeDead() {
    for (int i = 0; i < memory.groups; i++) {
      Group group = new Group(memory, i);
      int state = group.state();
      // Half open: whoever opened it was killed meanwhile, for this one has the lock now.
      boolean halfOpen = state != FREE && state != ACTIVE;
      if (halfOpen || state == ACTIVE && !group.isRetained() && !hasLivingMember(group)) {
        free(group);
        header.getAndAddLong(EVICTIONS_OFFSET, 1);
        RingEvents.evicted(group.index);
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

  /** Removes a group and the slots that dead consumers have left in it. */
  private void free(Group group) {
    for (int i = 0; i < memory.consumers; i++) {
      if (isMember(i, group)) {
        int slot = memory.consumerSlot(i);
        header.putLongRelease(slot + IN_PROGRESS, NONE);
        header.putIntVolatile(slot + CONSUMER_STATE, FREE);
        Steps.reached(EVICTION_CONSUMER_FREED);
      }
    }
    group.remove();
    signals.spaceFreed();
  }
}
