package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.nio.charset.StandardCharsets;

/** How one group of the ring opens, is joined, and ends. Checked by {@code leave.pml}. */
final class Group {
  final GroupSlot slot;
  private final RingMemory memory;

  private Group(RingMemory memory, GroupSlot slot) {
    this.memory = memory;
    this.slot = slot;
  }

  /** All places for groups. */
  static Group[] all(RingMemory memory) {
    Group[] groups = new Group[memory.groups.length];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = new Group(memory, memory.groups[i]);
    }
    return groups;
  }

  boolean isActive() {
    return slot.state() == ACTIVE;
  }

  boolean isShared() {
    return slot.is(MODE_SHARED);
  }

  boolean isRetained() {
    return slot.is(MODE_RETAIN);
  }

  boolean wasReadAhead() {
    return slot.is(MODE_READ_AHEAD);
  }

  boolean isUnclean() {
    return slot.is(MODE_UNCLEAN);
  }

  /** How far it has come. */
  long position() {
    return RingLayout.position(slot.cursor());
  }

  /**
   * Notes that a consumer was killed, or owes a redelivery, and its slot does not tell any more.
   */
  void setUnclean() {
    long word;
    do {
      word = slot.word();
    } while (!slot.exchange(word, word | (long) MODE_UNCLEAN << Integer.SIZE));
  }

  /**
   * Counts a member whose slot is active by now, and forgets about those before it.
   *
   * @param readsAhead it acknowledges records
   * @return false if the group has just ended: the last one to leave did not see the new one
   */
  boolean join(boolean readsAhead) {
    long ahead = readsAhead ? (long) MODE_READ_AHEAD << Integer.SIZE : 0;
    long clean = ~((long) MODE_UNCLEAN << Integer.SIZE);
    long word;
    long joined;
    do {
      word = slot.word();
      if ((int) word != ACTIVE) {
        return false;
      }
      joined = (word & clean | ahead) + ((long) MODE_JOIN << Integer.SIZE);
    } while (!slot.exchange(word, joined));
    Steps.reached(GROUP_JOINED);
    return true;
  }

  /** Ends the group, if nobody has joined it since its word was read. */
  boolean endIf(long word) {
    if (!slot.exchange(word, word & -1L << Integer.SIZE | FREE)) {
      return false;
    }
    Steps.reached(GROUP_REMOVED);
    return true;
  }

  /**
   * Opens the group. Published with a cursor that is certainly not too high, then moved to where
   * the group really starts: producers that have not seen the group have read their limit before,
   * or see that the openings were counted, and look again. Checked by {@code join.pml}.
   */
  void open(GroupOptions options) {
    byte[] name = options.name().getBytes(StandardCharsets.US_ASCII);
    int mode = (options.isShared() ? MODE_SHARED : 0) | (options.isRetained() ? MODE_RETAIN : 0);
    slot.write(name, mode, start(options) | NOBODY);
    Steps.reached(GROUP_NAMED);
    slot.setState(OPENING);
    Steps.reached(GROUP_OPENING);
    memory.words.raiseGroupBound(slot.index);
    Steps.reached(GROUP_BOUND_RAISED);
    memory.words.countOpening();
    Steps.reached(GROUP_OPENING_COUNTED);
    slot.setFinalCursor(start(options) | NOBODY);
    Steps.reached(GROUP_CURSOR_FINAL);
    slot.setState(ACTIVE);
    Steps.reached(GROUP_ACTIVE);
  }

  private long start(GroupOptions options) {
    long tail = memory.words.tail();
    return options.isStartingAtOldest() ? Space.slowestCursor(memory, tail, slot.index) : tail;
  }

  void remove() {
    slot.setState(FREE);
    Steps.reached(GROUP_REMOVED);
  }
}
