package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/** The words of a ring that are no slot's. */
final class RingWords extends SharedWords {
  /** The members that sleep until a record comes. */
  final WaiterBits dataWaiters = new WaiterBits(this, DATA_WAITERS_OFFSET);

  /** The members that sleep until room comes. */
  final WaiterBits spaceWaiters = new WaiterBits(this, SPACE_WAITERS_OFFSET);

  /** The last to take the membership lock: for messages only. */
  final SlotOwner membershipHolder = new SlotOwner(this, MEMBERSHIP_HOLDER_OFFSET);

  private final int groups;
  private final int consumers;

  RingWords(UnsafeBuffer header, int groups, int consumers) {
    super(header.addressOffset(), header.capacity());
    this.groups = groups;
    this.consumers = consumers;
  }

  /**
   * The tail, checked: whatever is in memory, the result is a record boundary of the stream.
   *
   * <p>Pairs with {@link #moveTail} and {@link #setTail}: a process that sees the tail beyond a
   * claim finds its owner on record ({@code claim.pml}, {@code ClaimStress.IntentBeforeClaim}).
   *
   * <p>Loaded first by a look for room, and last behind a copy or an announcement: pairs with
   * {@link #orderRecordBehindTail}.
   *
   * <p>Litmus claims: {@code ring-observer.wm}, {@code ring-intent-before-claim.wm}.
   */
  long tail() {
    long tail = getLongVolatile(TAIL_OFFSET);
    if (tail < 0 || tag(tail) != 0) {
      throw new DamagedRingException("the tail is not a position: " + tail);
    }
    return tail;
  }

  /** The tail as it stands there, for those who only show it. */
  long foundTail() {
    return getLongVolatile(TAIL_OFFSET);
  }

  /**
   * Claims from the tail. Compare-and-set: pairs with that of other producers ({@code
   * ClaimStress.Claims}), and with {@link #tail}: a process that sees the claim sees the intent.
   *
   * <p>Litmus claims: {@code ring-intent-before-claim.wm}, {@code ring-observer.wm}.
   *
   * @return false if somebody else was faster
   */
  boolean moveTail(long from, long to) {
    return compareAndSetLong(TAIL_OFFSET, from, to);
  }

  /**
   * The same for a single producer. Release: pairs with {@link #tail}.
   *
   * <p>Litmus claims: {@code ring-intent-before-claim-single.wm}, {@code ring-observer-single.wm}.
   */
  void setTail(long tail) {
    putLongRelease(TAIL_OFFSET, tail);
  }

  /**
   * Behind the tail, before the first store to what was claimed: a process that sees a byte of the
   * new record sees the tail beyond it. Pairs with the {@link VarHandle#acquireFence} in {@link
   * RecordCopy#take} ({@code join.pml}, {@code PublicationStress.ObserverValidation}).
   *
   * <p>Litmus claims: {@code ring-observer.wm}.
   */
  static void orderRecordBehindTail() {
    VarHandle.storeStoreFence();
  }

  /**
   * Counts joins and leaves. Pairs with {@link #countMembers}, for sleepers that look again.
   *
   * <p>Litmus claims: {@code ring-members-state.wm}, {@code ring-waking-members.wm}.
   */
  long members() {
    return getLongVolatile(MEMBERS_OFFSET);
  }

  /**
   * Get-and-add, a full fence before the look at the bits of waiters: a sleeper that misses the
   * change is seen. Pairs with {@link WaiterBits#set} and {@link #members} ({@code wakeup.pml}).
   *
   * <p>Litmus claims: {@code ring-members-state.wm}, {@code ring-waking-members.wm}.
   */
  void countMembers() {
    getAndAddLong(MEMBERS_OFFSET, 1);
  }

  /**
   * How many groups to look at, safe to loop to. Pairs with {@link #raiseGroupBound}: it is raised
   * before an opening is counted ({@code join.pml}).
   *
   * <p>Litmus claims: {@code ring-opening-seen.wm}.
   */
  int groupBound() {
    return bound(getIntVolatile(GROUP_BOUND_OFFSET), groups);
  }

  /**
   * Under the membership lock.
   *
   * <p>Litmus claims: {@code ring-opening-seen.wm}.
   */
  void raiseGroupBound(int group) {
    if (getInt(GROUP_BOUND_OFFSET) <= group) {
      putIntVolatile(GROUP_BOUND_OFFSET, group + 1);
    }
  }

  /**
   * How many consumers to look at, safe to loop to. Pairs with {@link #raiseConsumerBound}.
   *
   * <p>Litmus claims: {@code ring-in-hand.wm}.
   */
  int consumerBound() {
    return bound(getIntVolatile(CONSUMER_BOUND_OFFSET), consumers);
  }

  /**
   * Under the membership lock, before the slot is active: a producer that sees a record in its hand
   * by the cursor looks at the slot ({@code takeover.pml}).
   *
   * <p>Litmus claims: {@code ring-in-hand.wm}.
   */
  void raiseConsumerBound(int consumer) {
    if (getInt(CONSUMER_BOUND_OFFSET) <= consumer) {
      putIntVolatile(CONSUMER_BOUND_OFFSET, consumer + 1);
    }
  }

  private static int bound(int found, int max) {
    return found < 0 || found > max ? max : found;
  }

  /**
   * Counts groups that became visible. Read before and behind a look at all groups: pairs with
   * {@link #countOpening} ({@code join.pml}, {@code ClaimStress.GroupOpening}).
   *
   * <p>Litmus claims: {@code ring-opening-seen.wm}, {@code ring-opening.wm}.
   */
  long openings() {
    return getLongVolatile(OPENINGS_OFFSET);
  }

  /**
   * Get-and-add, a full fence between the group's state and the look at where it really starts:
   * pairs with {@link #openings}. A producer that did not see the group has read its limit before
   * ({@code join.pml}, {@code ClaimStress.GroupOpening}).
   *
   * <p>Litmus claims: {@code ring-opening-seen.wm}, {@code ring-opening.wm}.
   */
  void countOpening() {
    getAndAddLong(OPENINGS_OFFSET, 1);
  }

  // Counters: nothing is ordered by them.

  long evictions() {
    return getLongVolatile(EVICTIONS_OFFSET);
  }

  void countEviction() {
    getAndAddLong(EVICTIONS_OFFSET, 1);
  }

  long joins() {
    return getLongVolatile(JOINS_OFFSET);
  }

  void countJoin() {
    getAndAddLong(JOINS_OFFSET, 1);
  }

  long unplaced() {
    return getLongVolatile(UNPLACED_OFFSET);
  }

  void countUnplaced() {
    getAndAddLong(UNPLACED_OFFSET, 1);
  }

  long nextCorrelation() {
    return getAndAddLong(CORRELATION_OFFSET, 1);
  }
}
