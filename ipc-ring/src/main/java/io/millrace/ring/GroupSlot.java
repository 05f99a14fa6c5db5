package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;
import java.nio.charset.StandardCharsets;

/** One group's words: its cursor, its state and mode, its name. */
final class GroupSlot extends SharedWords {
  final int index;

  GroupSlot(SharedWords header, RingGeometry geometry, int index) {
    super(header, groupSlot(geometry.producers(), index), GROUP_SLOT_LENGTH);
    this.index = index;
  }

  /**
   * The cursor as it is in memory: position and who claimed last.
   *
   * <p>A look for room loads it behind the tail: no producer sees a cursor beyond the tail that it
   * loads after it. Pairs with {@link #setCursor} and {@link #moveCursor}, and behind {@link
   * #state} with {@link #setFinalCursor} ({@code join.pml}, {@code takeover.pml}).
   *
   * <p>Litmus claims: {@code ring-in-hand.wm}, {@code ring-reuse.wm}.
   */
  long cursor() {
    return getLongVolatile(CURSOR_OFFSET);
  }

  /**
   * The only consumer has done with all before. Release, behind its reads of the record: pairs with
   * {@link #cursor} of a producer that then writes over it ({@code join.pml}).
   *
   * <p>Litmus claims: {@code ring-reuse.wm}, {@code ring-cursor-within-tail.wm}.
   */
  void setCursor(long position) {
    putLongRelease(CURSOR_OFFSET, position);
  }

  /**
   * One of many takes a record. Compare-and-set: pairs with that of the others, and with {@link
   * #cursor}: a consumer that sees it sees what {@link ConsumerSlot#show} and {@link
   * ConsumerSlot#raiseConfirmed} stored before ({@code takeover.pml}, {@code
   * ClaimStress.ShowBeforeMove}).
   *
   * <p>Litmus claims: {@code ring-in-hand.wm}, {@code ring-confirmed.wm}.
   */
  boolean moveCursor(long from, long to) {
    return compareAndSetLong(CURSOR_OFFSET, from, to);
  }

  /**
   * Where a group that is opening really starts: not below what was stored before the opening was
   * counted. Volatile, before the state says so: pairs with {@link #cursor} behind {@link #state}
   * ({@code join.pml}, {@code ClaimStress.GroupOpening}).
   *
   * <p>Litmus claims: {@code ring-opening-cursor.wm}.
   */
  void setFinalCursor(long cursor) {
    putLongVolatile(CURSOR_OFFSET, cursor);
  }

  /**
   * FREE, ACTIVE or OPENING; as it stands there. Pairs with {@link #setState}.
   *
   * <p>Litmus claims: {@code ring-opening.wm}, {@code ring-opening-cursor.wm}.
   */
  int state() {
    return getIntVolatile(GROUP_STATE_OFFSET);
  }

  /**
   * Volatile, behind all that makes the group what it says: pairs with {@link #state}.
   *
   * <p>Litmus claims: {@code ring-opening.wm}, {@code ring-opening-cursor.wm}.
   */
  void setState(int state) {
    putIntVolatile(GROUP_STATE_OFFSET, state);
  }

  /**
   * State and mode at once, for {@link #exchange}.
   *
   * <p>Litmus claims: {@code ring-join-counted.wm}.
   */
  long word() {
    return getLongVolatile(GROUP_STATE_OFFSET);
  }

  /**
   * Changes state and mode at once. Compare-and-set: the one who joins and the one who ends the
   * group both do it behind their own slot's {@link ConsumerSlot#setState}, and one of them sees
   * the other ({@code leave.pml}).
   *
   * <p>Litmus claims: {@code ring-join-counted.wm}.
   */
  boolean exchange(long word, long next) {
    return compareAndSetLong(GROUP_STATE_OFFSET, word, next);
  }

  /** Tells whether the mode has a flag. Plain: the state is loaded before. */
  boolean is(int flag) {
    return (getInt(GROUP_MODE_OFFSET) & flag) != 0;
  }

  /** All of a group that is not visible yet. Plain: {@link #setState} follows. */
  void write(byte[] name, int mode, long cursor) {
    putInt(GROUP_NAME_LENGTH_OFFSET, name.length);
    putBytes(GROUP_NAME_OFFSET, name);
    putInt(GROUP_MODE_OFFSET, mode);
    putLong(GROUP_REDELIVERIES_OFFSET, 0);
    putLong(GROUP_RECOVERIES_OFFSET, 0);
    putLong(GROUP_HEARTBEAT_OFFSET, 0);
    putLong(CURSOR_OFFSET, cursor);
  }

  /** Plain: the state is loaded before. */
  String name() {
    int length = getInt(GROUP_NAME_LENGTH_OFFSET);
    byte[] bytes = new byte[Math.max(0, Math.min(MAX_GROUP_NAME, length))];
    getBytes(GROUP_NAME_OFFSET, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  // Counters, and a word that is only passed on: nothing is ordered by them.

  void countRecovery() {
    getAndAddLong(GROUP_RECOVERIES_OFFSET, 1);
  }

  void countRedelivery() {
    getAndAddLong(GROUP_REDELIVERIES_OFFSET, 1);
  }

  long recoveries() {
    return getLongVolatile(GROUP_RECOVERIES_OFFSET);
  }

  long redeliveries() {
    return getLongVolatile(GROUP_REDELIVERIES_OFFSET);
  }

  /** What the Agrona adapter was told last; 0 = nothing yet. */
  long heartbeat() {
    return getLongVolatile(GROUP_HEARTBEAT_OFFSET);
  }

  void setHeartbeat(long time) {
    putLongRelease(GROUP_HEARTBEAT_OFFSET, time);
  }
}
