package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import io.millrace.os.EventFd;

/**
 * Wakes those who sleep.
 *
 * <p>Who makes something ready looks at one word behind it, without a fence between the two: it may
 * look before others see what it stored. That is the sleeper's business, see {@link Waiter}. The
 * protocol is checked by {@code wakeup.pml}.
 *
 * <p>Of those who compete for the same, one is woken: a record wakes one consumer of each shared
 * group, and room one producer. A member that was woken wakes the next if there is more than it
 * takes. This is checked by {@code workqueue.pml} and {@code room.pml}.
 */
final class Signals {
  private final RingMemory memory;
  private final EventFd[] events;
  private final DeadSleepers deadSleepers;

  /** Where to begin with the producers, so that each gets its turn. Threads may disturb it. */
  private int turn;

  Signals(RingMemory memory, EventFd[] events, Membership membership) {
    this.memory = memory;
    this.events = events;
    deadSleepers = new DeadSleepers(memory, membership, this);
  }

  DeadSleepers deadSleepers() {
    return deadSleepers;
  }

  /** Call after a record was committed. Returns how many sleepers were woken. */
  int recordCommitted() {
    long sleepers = memory.words.dataWaiters.behindCommit();
    return sleepers == 0 ? 0 : wakeForRecord(sleepers);
  }

  /** Call after a cursor was moved. Returns how many sleepers were woken. */
  int spaceFreed() {
    long sleepers = memory.words.spaceWaiters.behindCommit();
    return sleepers == 0 ? 0 : wakeOneFor(Long.MAX_VALUE, sleepers);
  }

  /** Tells everyone that there is another member, or one less, so that all watch the right ones. */
  void membersChanged() {
    memory.words.countMembers();
    Steps.reached(MEMBERS_COUNTED);
    wakeAll(memory.words.dataWaiters.get());
    wakeAll(memory.words.spaceWaiters.get());
  }

  /** The member that was woken for a queue has taken a record, and there is another one. */
  int moreRecords(int queue) {
    long sleepers = memory.words.dataWaiters.get();
    int woken = 0;
    for (long rest = known(sleepers); rest != 0; rest &= rest - 1) {
      WaiterSlot waiter = memory.waiters[Long.numberOfTrailingZeros(rest)];
      long phase = waiter.phase();
      if (queue(phase) == queue && isAsleep(phase)) {
        woken++;
        if (wake(waiter, phase)) {
          break;
        }
      }
    }
    return woken;
  }

  /** A producer that was woken for room leaves so much of it. */
  void roomLeft(long bytes) {
    wakeOneFor(bytes, memory.words.spaceWaiters.get());
  }

  private int wakeForRecord(long sleepers) {
    long served = 0; // A bit for each queue of which one was woken.
    int woken = 0;
    for (long rest = known(sleepers); rest != 0; rest &= rest - 1) {
      WaiterSlot waiter = memory.waiters[Long.numberOfTrailingZeros(rest)];
      long phase = waiter.phase();
      long queue = queue(phase) == NO_QUEUE ? 0 : 1L << queue(phase) - 1;
      if ((served & queue) == 0 && isAsleep(phase)) {
        woken++;
        if (wake(waiter, phase)) {
          served |= queue;
        }
      }
    }
    return woken;
  }

  /** Wakes one whom so much is enough. */
  private int wakeOneFor(long bytes, long sleepers) {
    int start = turn;
    int woken = 0;
    for (long rest = Long.rotateRight(known(sleepers), start); rest != 0; rest &= rest - 1) {
      int index = start + Long.numberOfTrailingZeros(rest) & Long.SIZE - 1;
      WaiterSlot waiter = memory.waiters[index];
      long phase = waiter.phase();
      if (waiter.wanted() <= bytes && isAsleep(phase)) {
        woken++;
        if (wake(waiter, phase)) {
          turn = index + 1;
          break;
        }
      }
    }
    return woken;
  }

  private void wakeAll(long sleepers) {
    for (long rest = known(sleepers); rest != 0; rest &= rest - 1) {
      WaiterSlot waiter = memory.waiters[Long.numberOfTrailingZeros(rest)];
      long phase = waiter.phase();
      if (isAsleep(phase)) {
        wake(waiter, phase);
      }
    }
  }

  /** Without bits that no waiter can have set. */
  private long known(long sleepers) {
    return sleepers & -1L >>> Long.SIZE - events.length;
  }

  private boolean isAsleep(long phase) {
    boolean asleep = (phase & PHASE_MASK) == WAITING;
    if (!asleep) {
      deadSleepers.foundAwake();
    }
    return asleep;
  }

  /**
   * Wakes one that sleeps. Returns false if this may not be what it woke by: another has woken it,
   * for whom it counts, or it was awake before it was told for whom.
   */
  private boolean wake(WaiterSlot waiter, long phase) {
    // The signal first: killed in between, the next waker signals once more.
    events[waiter.index].signal();
    Steps.reached(SIGNALLED);
    boolean first = waiter.notifySleep(phase);
    Steps.reached(SLEEPER_NOTIFIED);
    return first;
  }
}
