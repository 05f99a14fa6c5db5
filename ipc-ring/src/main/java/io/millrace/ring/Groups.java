package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The groups of the ring: how they come, and how they go.
 *
 * <p>A group that is not retained ends with the last consumer that leaves it. If its consumers were
 * killed it waits for a successor, and gives way to those who need its room: its space, its place,
 * its slots or its name.
 */
final class Groups {
  private static final long EVICTION_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private enum Life {
    /** It has a consumer that lives, or needs none. */
    LIVING,
    /** All its consumers were killed. */
    DEAD,
    /** All its consumers have left. */
    OVER
  }

  private final RingMemory memory;
  private final Membership membership;
  private final Signals signals;
  private final ConsumerSlots slots;
  private final Group[] groups;

  /** Made once: a producer does it whenever it is about to sleep. */
  private final IntConsumer eviction = this::makeRoom;

  private volatile long lastEviction = System.nanoTime();

  Groups(RingMemory memory, Membership membership, Signals signals, ConsumerSlots slots) {
    this.memory = memory;
    groups = Group.all(memory);
    this.membership = membership;
    this.signals = signals;
    this.slots = slots;
  }

  /** The group whose slot this is. */
  Group at(GroupSlot slot) {
    return groups[slot.index];
  }

  /** Creates a group without a consumer. Returns false if it exists. */
  boolean add(GroupOptions options) {
    return membership.exclusively(
        () -> {
          tidy();
          if (findFor(options) != null) {
            return false;
          }
          open(options);
          return true;
        });
  }

  /** Opens a group that does not exist yet. Call under the membership lock. */
  Group open(GroupOptions options) {
    Group group = freePlace();
    group.open(options);
    return group;
  }

  /** Slots that name the group which had the place before would count as members of the new one. */
  private Group freePlace() {
    for (Group group : groups) {
      if (group.slot.state() == FREE && slots.freeAll(group.slot.index)) {
        return group;
      }
    }
    for (Group group : groups) {
      if (isDead(group)) {
        evict(group);
        if (slots.freeAll(group.slot.index)) {
          return group;
        }
      }
    }
    throw new NoFreeSlotException("group", memory.groups.length, "maxGroups");
  }

  /** Returns null if there is none of that name. */
  Group find(String name) {
    for (Group group : groups) {
      if (group.isActive() && group.slot.name().equals(name)) {
        return group;
      }
    }
    return null;
  }

  /**
   * The group that somebody who asks for it goes on in, or null if it must be opened. Call under
   * the membership lock.
   *
   * @throws GroupInUseException if it is of another kind and not dead
   */
  Group findFor(GroupOptions options) {
    Group group = find(options.name());
    if (group == null) {
      return null;
    }
    Life life = life(group);
    boolean isOfKind =
        group.isShared() == options.isShared() && group.isRetained() == options.isRetained();
    if (life == Life.OVER) {
      remove(group);
      return null;
    }
    if (life == Life.DEAD && !isOfKind) {
      evict(group);
      return null;
    }
    if (!isOfKind) {
      throw new GroupInUseException(
          "group "
              + options.name()
              + " exists and is "
              + describe(group.isShared(), group.isRetained())
              + ", not "
              + describe(options.isShared(), options.isRetained()));
    }
    return group;
  }

  private static String describe(boolean shared, boolean retained) {
    return (shared ? "shared" : "exclusive") + (retained ? " and retained" : " and ephemeral");
  }

  /**
   * Ends an ephemeral group that has no member any more, not even a dead one. Needs no lock: the
   * caller's slot is no member by now but still names the group, so its place is not used again. If
   * somebody joins meanwhile the group's word changes, or the joiner finds that the group has
   * ended.
   *
   * @return true if the group has ended
   */
  boolean endIfEmpty(Group group) {
    while (true) {
      long word = group.slot.word();
      if ((int) word != ACTIVE) {
        return true;
      }
      if (group.isRetained() || hasMember(group)) {
        return false;
      }
      Steps.reached(GROUP_FOUND_EMPTY);
      if (group.endIf(word)) {
        return true;
      }
    }
  }

  private boolean hasMember(Group group) {
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.isMember(group.slot.index)) {
        return true;
      }
    }
    return false;
  }

  private boolean hasLivingMember(Group group) {
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.isMember(group.slot.index) && slots.isAlive(slot)) {
        return true;
      }
    }
    return false;
  }

  private Life life(Group group) {
    if (group.isRetained() || hasLivingMember(group)) {
      return Life.LIVING;
    }
    return group.isUnclean() || hasMember(group) ? Life.DEAD : Life.OVER;
  }

  private boolean isDead(Group group) {
    return group.isActive() && life(group) == Life.DEAD;
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
    remove(group);
    return true;
  }

  /**
   * Removes dead groups that leave no room for a claim. Called when the ring is full; looks at most
   * every millisecond.
   */
  void evictDead(int length) {
    long now = System.nanoTime();
    if (now - lastEviction > EVICTION_INTERVAL_NANOS) {
      lastEviction = now;
      evictDeadNow(length);
    }
  }

  /** Returns false if somebody else is changing the membership: look again soon. */
  boolean evictDeadNow(int length) {
    return membership.tryExclusively(eviction, length);
  }

  /** As long as somebody who lives holds the space as well, it would not help. */
  private void makeRoom(int length) {
    tidy();
    long needed = memory.words.tail() + length - memory.capacity;
    for (Group group : groups) {
      if (group.isActive() && held(group) < needed && life(group) == Life.LIVING) {
        return;
      }
    }
    for (Group group : groups) {
      if (isDead(group) && held(group) < needed) {
        evict(group);
      }
    }
  }

  /** From where on a group and its members hold producers back. */
  private long held(Group group) {
    long held = group.position();
    for (ConsumerSlot slot : memory.consumers) {
      if (slot.names(group.slot.index)) {
        held = Math.min(held, slot.inHand());
      }
    }
    return held;
  }

  /**
   * Removes a dead group, not this one, whose slots are wanted. Call under the membership lock.
   *
   * @return false if there is none
   */
  boolean evictForSlots(Group spared) {
    for (Group group : groups) {
      if (group != spared && isDead(group) && hasMember(group)) {
        evict(group);
        return true;
      }
    }
    return false;
  }

  /**
   * Removes what belongs to nobody any more: groups whose opener was killed, or whose last consumer
   * was while it left, and the slots that name them. Call under the membership lock.
   */
  void tidy() {
    for (Group group : groups) {
      int state = group.slot.state();
      // Half open: its opener was killed meanwhile, because this process has the lock now.
      boolean halfOpen = state != FREE && state != ACTIVE;
      if (halfOpen || state == ACTIVE && life(group) == Life.OVER) {
        remove(group);
      }
    }
    for (ConsumerSlot slot : memory.consumers) {
      if (isForlorn(slot) && slots.tryOwn(slot)) {
        if (isForlorn(slot)) {
          ConsumerSlots.free(slot);
        }
        slots.disown(slot);
      }
    }
  }

  private boolean isForlorn(ConsumerSlot slot) {
    return slot.state() != FREE && slots.group(slot) == null;
  }

  private void evict(Group group) {
    Steps.reached(EVICTION_BEGUN);
    remove(group);
    memory.words.countEviction();
    RingEvents.evicted(group.slot.index);
  }

  /**
   * The group first: killed in between, it is gone as a whole, and its slots are freed by the next
   * one. A group that has lost some of its slots only might still be gone on in.
   */
  private void remove(Group group) {
    group.remove();
    slots.freeAll(group.slot.index);
    signals.spaceFreed();
  }
}
