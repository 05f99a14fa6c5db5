package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;
import java.lang.invoke.VarHandle;

/**
 * One producer's words. All but the owner are written by the owner alone, except that a process
 * that had to walk far may raise {@link #committedUpTo}.
 */
final class ProducerSlot extends SharedWords {
  final int index;
  final SlotOwner owner;

  ProducerSlot(SharedWords header, int index) {
    super(header, producerSlot(index), PRODUCER_SLOT_LENGTH);
    this.index = index;
    owner = new SlotOwner(this, PRODUCER_IDENTITY_OFFSET);
  }

  /** The byte whose lock the owner holds. */
  long lock() {
    return producerLock(index);
  }

  /**
   * Says from where the owner tries to claim.
   *
   * <p>Behind a store-store fence: a process that sees this position must see the stamps of what
   * the owner claimed before. Otherwise it seems to have no claim there, and its record would be
   * taken for one that nobody will ever commit. Pairs with {@link #intentPosition} and {@link
   * RecordHeader#isCommitted} of a recovery ({@code claim.pml}, AGAIN).
   *
   * <p>Litmus claims: {@code ring-commit-then-intent.wm}, {@code ring-intent-before-claim.wm}.
   */
  void setIntentPosition(long position) {
    VarHandle.storeStoreFence();
    putLong(INTENT_POSITION_OFFSET, position);
  }

  /**
   * Says how many bytes from there; 0 retracts it. Release: a process that sees the length sees its
   * position, or a later one. Pairs with {@link #intentLength}, which is loaded first ({@code
   * claim.pml}, {@code ClaimStress.IntentBeforeClaim}).
   *
   * <p>Litmus claims: {@code ring-commit-retracted.wm}, {@code ring-intent-order.wm}.
   */
  void setIntentLength(long length) {
    putLongRelease(INTENT_LENGTH_OFFSET, length);
  }

  /**
   * Loaded before {@link #intentPosition}: pairs with {@link #setIntentLength}.
   *
   * <p>Litmus claims: {@code ring-commit-retracted.wm}, {@code ring-intent-order.wm}.
   */
  long intentLength() {
    return getLongVolatile(INTENT_LENGTH_OFFSET);
  }

  /**
   * Pairs with {@link #setIntentPosition}. A recovery loads it behind the tail and before stamps,
   * so that no boundary is missed on its way; a look for room loads it behind the tail ({@code
   * claim.pml}, {@code join.pml}).
   *
   * <p>Litmus claims: {@code ring-boundary.wm}, {@code ring-intent-before-claim.wm}.
   */
  long intentPosition() {
    return getLongVolatile(INTENT_POSITION_OFFSET);
  }

  /**
   * All that the owner claimed before it is committed; it only shortens the walk over its claim.
   * Pairs with {@link #setCommittedUpTo} ({@code SpaceTest}).
   *
   * <p>Litmus claims: {@code ring-committed-up-to.wm}, {@code ring-committed-up-to-raised.wm}.
   */
  long committedUpTo() {
    return getLongVolatile(COMMITTED_UP_TO_OFFSET);
  }

  /**
   * By the owner. Release, behind the stamps: pairs with {@link #committedUpTo}.
   *
   * <p>Litmus claims: {@code ring-committed-up-to.wm}.
   */
  void setCommittedUpTo(long position) {
    putLongRelease(COMMITTED_UP_TO_OFFSET, position);
  }

  /**
   * By a process that has walked from one position to the other; in vain if anybody else was
   * faster.
   *
   * <p>Litmus claims: {@code ring-committed-up-to-raised.wm}.
   */
  void raiseCommittedUpTo(long from, long to) {
    compareAndSetLong(COMMITTED_UP_TO_OFFSET, from, to);
  }

  /**
   * FREE or ACTIVE.
   *
   * <p>Litmus claims: {@code ring-members-state.wm}.
   */
  int state() {
    return getIntVolatile(PRODUCER_STATE_OFFSET);
  }

  /**
   * Behind all that makes the slot what it says: pairs with {@link #state}.
   *
   * <p>Litmus claims: {@code ring-members-state.wm}.
   */
  void setState(int state) {
    putIntVolatile(PRODUCER_STATE_OFFSET, state);
  }

  // Counters: opaque, by the owner alone, and read by anybody; nothing is ordered by them.

  void countRecords(long records, long bytes) {
    addLongsOpaque(PRODUCED_RECORDS_OFFSET, records, bytes);
  }

  void countBackPressure() {
    addLongOpaque(BACK_PRESSURES_OFFSET, 1);
  }

  void countWakeUps(int woken) {
    addLongOpaque(PRODUCER_WAKE_UPS_OFFSET, woken);
  }

  void clearCounters() {
    putLong(PRODUCED_RECORDS_OFFSET, 0);
    putLong(PRODUCED_BYTES_OFFSET, 0);
    putLong(BACK_PRESSURES_OFFSET, 0);
    putLong(PRODUCER_WAKE_UPS_OFFSET, 0);
  }

  long records() {
    return getLongVolatile(PRODUCED_RECORDS_OFFSET);
  }

  long bytes() {
    return getLongVolatile(PRODUCED_BYTES_OFFSET);
  }

  long backPressures() {
    return getLongVolatile(BACK_PRESSURES_OFFSET);
  }

  long wakeUps() {
    return getLongVolatile(PRODUCER_WAKE_UPS_OFFSET);
  }
}
