package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;

/** One sleeper's words. */
final class WaiterSlot extends SharedWords {
  final int index;
  final SlotOwner owner;

  WaiterSlot(SharedWords header, RingGeometry geometry, int index) {
    super(
        header,
        waiterSlot(geometry.producers(), geometry.groups(), geometry.consumers(), index),
        WAITER_SLOT_LENGTH);
    this.index = index;
    owner = new SlotOwner(this, WAITER_IDENTITY_OFFSET);
  }

  /** The byte whose lock the owner holds. */
  long lock() {
    return waiterLock(index);
  }

  /**
   * See {@link RingLayout#phase}. A waker loads it behind the bits: pairs with {@link #setPhase}
   * before {@link WaiterBits#set} ({@code wakeup.pml}).
   *
   * <p>Litmus claims: {@code ring-waking-phase.wm}.
   */
  long phase() {
    return getLongVolatile(WAITER_PHASE_OFFSET);
  }

  /**
   * The owner is about to sleep. Release, behind {@link #setWanted}: pairs with {@link #phase}.
   *
   * <p>Litmus claims: {@code ring-waking-members.wm}, {@code ring-waking-phase.wm}.
   */
  void setPhase(long phase) {
    putLongRelease(WAITER_PHASE_OFFSET, phase);
  }

  /**
   * The owner is awake, or was found dead. Exchange, a full fence: a waker that still took it for
   * asleep has stored before {@link #notifySleep} what the owner looks for from now on; one that is
   * later fails there, and wakes somebody else ({@code workqueue.pml}, {@code room.pml}).
   *
   * <p>Litmus claims: {@code ring-waking-notified.wm}.
   *
   * @return what it was
   */
  long exchangePhase(long phase) {
    return getAndSetLong(WAITER_PHASE_OFFSET, phase);
  }

  /**
   * Notes that a sleep has been ended. Compare-and-set: of several wakers one counts. Pairs with
   * {@link #exchangePhase} ({@code wakeup.pml}, {@code workqueue.pml}).
   *
   * <p>Litmus claims: {@code ring-waking-notified.wm}.
   *
   * @param phase that of a sleep
   * @return false if another has noted it, or its owner was awake before
   */
  boolean notifySleep(long phase) {
    return compareAndSetLong(WAITER_PHASE_OFFSET, phase, phase - WAITING + NOTIFIED);
  }

  /** The bytes that a producer waits for. Plain: loaded behind the phase. */
  long wanted() {
    return getLong(WAITER_WANTED_OFFSET);
  }

  /** Plain, before {@link #setPhase}. */
  void setWanted(long bytes) {
    putLong(WAITER_WANTED_OFFSET, bytes);
  }

  /** FREE or ACTIVE. Release; for people: whether the owner lives is told by the slot's lock. */
  void setState(int state) {
    putIntRelease(WAITER_STATE_OFFSET, state);
  }

  /** A counter: nothing is ordered by it. */
  void setSleeps(long sleeps) {
    putLongOpaque(WAITER_SLEEPS_OFFSET, sleeps);
  }
}
