package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import io.millrace.os.Membarrier;

/**
 * One of the ring's places for sleepers: what wakers see of a sleeper. Its owner holds its lock.
 *
 * <p>The protocol is checked by {@code wakeup.pml}, {@code workqueue.pml} and {@code room.pml}.
 */
final class Place {
  private final Membership membership;
  private final WaiterSlot slot;
  private final WaiterBits bits;

  /** The descriptor of the event that wakers signal. */
  final int event;

  private long sleeps;

  private Place(RingCore core, WaiterSlot slot, WaiterBits bits) {
    membership = core.membership;
    this.slot = slot;
    this.bits = bits;
    event = core.events[slot.index].descriptor().number();
    core.signals.deadSleepers().clear(slot); // The last owner may have been killed asleep.
    sleeps = sleepNumber(slot.phase());
    membership.sign(slot.owner);
    slot.setState(ACTIVE);
  }

  /**
   * Takes a free place.
   *
   * @param bits those to announce in
   * @return null if there is none
   */
  static Place tryTake(RingCore core, WaiterBits bits) {
    for (WaiterSlot slot : core.memory.waiters) {
      if (core.membership.tryOwn(slot.lock())) {
        return new Place(core, slot, bits);
      }
    }
    return null;
  }

  /**
   * Says that the owner sleeps from now on; it looks once more before it does.
   *
   * @param queue whom one wake-up is enough for: {@link RingLayout#NO_QUEUE}, or that of a group
   * @param wanted bytes that a producer waits for
   */
  void announce(int queue, long wanted) {
    slot.setWanted(wanted);
    // A new number for each sleep: a waker that is late must not take this one for told.
    announce(slot, phase(++sleeps, queue, WAITING), bits);
    if (Membarrier.GLOBAL.isRegistered()) {
      Membarrier.GLOBAL.synchronize();
    }
  }

  /** The stores of an announcement, and their order. */
  static void announce(WaiterSlot slot, long phase, WaiterBits bits) {
    slot.setPhase(phase);
    Steps.reached(WAIT_STORED);
    bits.set(slot.index);
    Steps.reached(WAITER_BIT_SET);
  }

  /**
   * Says that the owner is awake.
   *
   * <p>An exchange: a waker that still took the owner for asleep has stored what it announces where
   * the owner looks from now on; one that is later wakes somebody else.
   *
   * @return true if a waker counts on it that the owner looks
   */
  boolean withdraw() {
    bits.clear(slot.index);
    Steps.reached(WAITER_BIT_CLEARED);
    long phase = slot.exchangePhase(phase(sleeps, NO_QUEUE, AWAKE));
    slot.setSleeps(sleeps);
    return (phase & PHASE_MASK) == NOTIFIED;
  }

  void leave() {
    slot.setState(FREE);
    membership.disown(slot.lock());
  }
}
