package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;

/** One consumer's words: whose it is, which group it names, which record it has in hand. */
final class ConsumerSlot extends SharedWords {
  final int index;
  final SlotOwner owner;

  ConsumerSlot(SharedWords header, RingGeometry geometry, int index) {
    super(
        header, consumerSlot(geometry.producers(), geometry.groups(), index), CONSUMER_SLOT_LENGTH);
    this.index = index;
    owner = new SlotOwner(this, CONSUMER_IDENTITY_OFFSET);
  }

  /** The byte whose lock the owner holds. */
  long lock() {
    return consumerLock(index);
  }

  /**
   * The record that the slot shows, or NONE: it holds producers back.
   *
   * <p>A look for room loads it behind the cursors: pairs with {@link #show} before {@link
   * GroupSlot#moveCursor} of a taker, so that one of the two holds the record ({@code
   * takeover.pml}, {@code ClaimStress.ShowBeforeMove}), and with {@link #hold} of a recovery.
   *
   * <p>Litmus claims: {@code ring-in-hand.wm}, {@code ring-hold-for-recovery.wm}.
   */
  long inHand() {
    return getLongVolatile(IN_HAND_OFFSET);
  }

  /**
   * Release, before the compare-and-set of the cursor: pairs with {@link #inHand}.
   *
   * <p>Litmus claims: {@code ring-in-hand.wm}.
   */
  void show(long position) {
    putLongRelease(IN_HAND_OFFSET, position);
  }

  /**
   * Release, behind the handler's reads: pairs with {@link #inHand} of a producer that then writes
   * over the record ({@code takeover.pml}).
   *
   * <p>Litmus claims: {@code ring-reuse-shared.wm}.
   */
  void showNone() {
    putLongRelease(IN_HAND_OFFSET, NONE);
  }

  /**
   * Shows a hole, before the cursor is looked at again. Volatile, a full fence between the two: a
   * recoverer that still finds the cursor there is seen by all producers that find it beyond. Pairs
   * with {@link #inHand} behind {@link GroupSlot#cursor} in {@link Space#limit} ({@code
   * takeover.pml}).
   *
   * <p>Litmus claims: {@code ring-hold-for-recovery.wm}.
   */
  void hold(long position) {
    putLongVolatile(IN_HAND_OFFSET, position);
  }

  /**
   * Before the slot becomes one of a group. Plain: under the slot's lock, and no member yet.
   *
   * @param confirmed where the group's cursor is, from which on the owner may have claimed
   */
  void setGroup(int group, long confirmed) {
    putLong(IN_HAND_OFFSET, NONE);
    putLong(CONFIRMED_OFFSET, confirmed | group);
    putInt(CONSUMER_GROUP_OFFSET, group);
  }

  /** The group that the slot names; as it stands there. Plain: {@link #state} is loaded before. */
  int group() {
    return getInt(CONSUMER_GROUP_OFFSET);
  }

  /**
   * The end of the last claim that a successor has seen, with the group as tag. Loaded behind the
   * cursor: pairs with {@link #raiseConfirmed} before {@link GroupSlot#moveCursor} ({@code
   * takeover.pml}).
   *
   * <p>Litmus claims: {@code ring-confirmed-by-another.wm}, {@code ring-confirmed.wm}.
   */
  long confirmed() {
    return getLongVolatile(CONFIRMED_OFFSET);
  }

  /**
   * Notes, for the slot's owner, that it claimed up to a position: the cursor that says so is about
   * to change. Compare-and-set, only upwards, and not if the slot belongs to another group by now:
   * the caller may be slow. Pairs with {@link #confirmed} ({@code takeover.pml}).
   *
   * <p>Litmus claims: {@code ring-confirmed-by-another.wm}, {@code ring-confirmed.wm}.
   */
  void raiseConfirmed(int group, long position) {
    long value;
    do {
      value = getLongVolatile(CONFIRMED_OFFSET);
      if (tag(value) != group || position(value) >= position) {
        return;
      }
    } while (!compareAndSetLong(CONFIRMED_OFFSET, value, position | group));
  }

  /**
   * FREE, ACTIVE or LEFT. Pairs with {@link #setState}.
   *
   * <p>Litmus claims: {@code ring-join-counted.wm}, {@code ring-leave-last.wm}.
   */
  int state() {
    return getIntVolatile(CONSUMER_STATE_OFFSET);
  }

  /**
   * Volatile, a full fence: a joiner makes its slot active before it changes the group's word, a
   * leaver says so before it looks for others ({@link GroupSlot#exchange}, {@code leave.pml}).
   *
   * <p>Litmus claims: {@code ring-join-counted.wm}, {@code ring-leave-last.wm}.
   */
  void setState(int state) {
    putIntVolatile(CONSUMER_STATE_OFFSET, state);
  }

  /** Tells whether the slot is not free and names a group: of a member, or of one that has left. */
  boolean names(int group) {
    return state() != FREE && group() == group;
  }

  /** Tells whether the slot belongs to a member of a group, who lives or was killed. */
  boolean isMember(int group) {
    return state() == ACTIVE && group() == group;
  }

  // Counters: opaque, by the owner alone, and read by anybody; nothing is ordered by them.

  void setConsumed(long records, long bytes) {
    putLongOpaque(CONSUMED_RECORDS_OFFSET, records);
    putLongOpaque(CONSUMED_BYTES_OFFSET, bytes);
  }

  void countWakeUps(int woken) {
    addLongOpaque(CONSUMER_WAKE_UPS_OFFSET, woken);
  }

  void clearCounters() {
    putLong(CONSUMED_RECORDS_OFFSET, 0);
    putLong(CONSUMED_BYTES_OFFSET, 0);
    putLong(CONSUMER_WAKE_UPS_OFFSET, 0);
  }

  long records() {
    return getLongVolatile(CONSUMED_RECORDS_OFFSET);
  }

  long bytes() {
    return getLongVolatile(CONSUMED_BYTES_OFFSET);
  }

  long wakeUps() {
    return getLongVolatile(CONSUMER_WAKE_UPS_OFFSET);
  }
}
