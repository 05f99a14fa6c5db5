package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.function.IntPredicate;

/**
 * How far producers may write: the slowest group, the oldest record in hand, or the oldest claim
 * that somebody who lives may still write to, plus the capacity.
 */
final class Space {
  private static final int NO_GROUP = -1;

  /** No claim fits below it. */
  static final long NO_SPACE = 0;

  /**
   * How often all is looked at again because a group has opened. Groups open one after the other,
   * each with system calls, so two looks are nearly always enough.
   */
  private static final int MOST_LOOKS = 16;

  /** How many records of a claim are walked over at a time: about half a millisecond. */
  private static final int MOST_STEPS = 16 * 1024;

  private Space() {}

  /**
   * Finds the limit that claims must not pass.
   *
   * <p>The order of the loads matters, and that they are volatile: each pairs with a store and a
   * load of somebody else, who looks the other way (a consumer that holds a record for recovery, a
   * group that opens). An acquire load may be done before an earlier volatile store or
   * compare-and-set of the same thread (on aarch64: ldapr before stlr) and must never stand here.
   * Cursors before records in hand: a consumer shows the record that it is about to take before it
   * moves the cursor, so one of the two holds it.
   *
   * <p>A group that opens meanwhile may be missed while the cursors that are still to be read move
   * on, so the look is repeated. One that opens later starts where a tail or a cursor is then, not
   * below those that were seen here. Neither does a claim that is announced later. If groups do not
   * stop opening (which only a member can bring about that counts openings for nothing), there is
   * no space this time.
   *
   * @param isAlive tells whether the owner of a producer slot lives
   */
  static long limit(RingMemory memory, IntPredicate isAlive) {
    long limit = look(memory, isAlive);
    return limit == NO_SPACE ? lookAgain(memory, isAlive) : limit;
  }

  /** Apart from the first look, which then is as fast as if there never were another. */
  private static long lookAgain(RingMemory memory, IntPredicate isAlive) {
    long limit = NO_SPACE;
    for (int looks = 1; looks < MOST_LOOKS && limit == NO_SPACE; looks++) {
      limit = look(memory, isAlive);
    }
    return limit;
  }

  /** The limit, or {@link #NO_SPACE} if a group has opened meanwhile. */
  private static long look(RingMemory memory, IntPredicate isAlive) {
    RingWords words = memory.words;
    long openings = words.openings();
    long oldest = slowestCursor(memory, words.tail());
    if (words.openings() != openings) {
      return NO_SPACE;
    }
    oldest = oldestInHand(memory, oldest);
    return Math.min(oldest, oldestOpenClaim(memory, isAlive, oldest)) + memory.capacity;
  }

  private static long oldestInHand(RingMemory memory, long oldest) {
    int bound = memory.words.consumerBound();
    for (int i = 0; i < bound; i++) {
      oldest = Math.min(oldest, memory.consumers[i].inHand());
    }
    return oldest;
  }

  /**
   * The lowest start below a limit of a claim that a living producer has not committed to the end,
   * or {@link RingLayout#NONE}. Groups that came later, or none at all, do not hold others back
   * from it, and what its owner still writes must not land in newer records.
   */
  static long oldestOpenClaim(RingMemory memory, IntPredicate isAlive, long below) {
    long oldest = NONE;
    for (int i = 0; !memory.singleProducer && i < memory.producers.length; i++) {
      long open = openClaim(memory, memory.producers[i], Math.min(below, oldest));
      if (open != NONE && isAlive.test(i)) {
        oldest = open;
      }
    }
    return oldest;
  }

  /**
   * The start of what a producer has announced, if anything in there is not committed. It holds
   * others back from its start until all of it is: so where the tail is more than a capacity ahead
   * of the start, all was committed, and what was read of it here may be of newer records.
   */
  private static long openClaim(RingMemory memory, ProducerSlot slot, long below) {
    RecordHeader records = memory.records;
    long length = slot.intentLength();
    long start = slot.intentPosition();
    if (length <= 0 || length > memory.maxClaim || start >= below || start < 0) {
      return NONE;
    }
    long committed = slot.committedUpTo();
    long position = Math.max(start, committed);
    int steps = 0;
    while (position - start < length && records.isCommitted(position)) {
      if (steps++ == MOST_STEPS) {
        // Too far for one look. The next one, anybody's, goes on from here.
        slot.raiseCommittedUpTo(committed, position);
        break;
      }
      int payload = records.foundLength(position);
      position += recordLength(Math.max(0, Math.min(payload, memory.maxMessageLength)));
    }
    // The tail last: behind the announcement it is not below it.
    boolean isOpen = position - start < length && memory.words.tail() - start <= memory.capacity;
    return isOpen ? start : NONE;
  }

  /**
   * The lowest cursor of all groups, or the given tail without any.
   *
   * @throws DamagedRingException if a cursor is ahead of the tail, or behind what is still there
   */
  static long slowestCursor(RingMemory memory, long tail) {
    return slowestCursor(memory, tail, NO_GROUP);
  }

  /** The same without one group, which is opening. */
  static long slowestCursor(RingMemory memory, long tail, int without) {
    long slowest = NONE;
    int bound = memory.words.groupBound();
    Steps.reached(Steps.Step.GROUP_BOUND_READ);
    for (int i = 0; i < bound; i++) {
      GroupSlot group = memory.groups[i];
      int state = group.state();
      if (state == FREE || i == without) {
        continue;
      }
      long cursor = position(group.cursor());
      // The cursor of a group that is opening may be older; it holds nevertheless.
      if (state == ACTIVE && (tail - cursor > memory.capacity || cursor > memory.words.tail())) {
        if (group.state() == ACTIVE) {
          throw new DamagedRingException(
              "the cursor of group " + i + " is " + cursor + ", the tail is " + tail);
        }
        continue;
      }
      slowest = Math.min(slowest, cursor);
    }
    return slowest == NONE ? tail : slowest;
  }
}
