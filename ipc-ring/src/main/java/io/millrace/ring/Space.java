package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.function.IntPredicate;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How far producers may write: the slowest group, the oldest record in hand, or the oldest claim
 * that somebody who lives may still write to, plus the capacity.
 */
final class Space {
  private static final int NO_GROUP = -1;

  private Space() {}

  /**
   * Finds the limit that claims must not pass.
   *
   * <p>The order of the loads matters. Cursors before records in hand: a consumer shows the record
   * that it is about to take before it moves the cursor, so one of the two holds it.
   *
   * <p>A group that opens meanwhile may be missed while the cursors that are still to be read move
   * on, so the look is repeated. One that opens later starts where a tail or a cursor is then, not
   * below those that were seen here. Neither does a claim that is announced later.
   *
   * @param isAlive tells whether the owner of a producer slot lives
   */
  static long limit(RingMemory memory, IntPredicate isAlive) {
    UnsafeBuffer header = memory.header;
    long openings;
    long oldest;
    do {
      openings = header.getLongVolatile(OPENINGS_OFFSET);
      oldest = slowestCursor(memory, memory.tail());
    } while (header.getLongVolatile(OPENINGS_OFFSET) != openings);
    int bound = bound(header.getIntVolatile(CONSUMER_BOUND_OFFSET), memory.consumers);
    for (int i = 0; i < bound; i++) {
      oldest = Math.min(oldest, header.getLongVolatile(memory.consumerSlot(i) + IN_PROGRESS));
    }
    return Math.min(oldest, oldestOpenClaim(memory, isAlive, oldest)) + memory.capacity;
  }

  /**
   * The lowest position below a limit that a living producer has claimed and not committed, or
   * {@link RingLayout#NONE}. Groups that came later, or none at all, do not hold others back from
   * it, and what its owner still writes must not land in newer records.
   */
  static long oldestOpenClaim(RingMemory memory, IntPredicate isAlive, long below) {
    long oldest = NONE;
    for (int i = 0; !memory.singleProducer && i < memory.producers; i++) {
      long open = openClaim(memory, i, Math.min(below, oldest));
      if (open != NONE && isAlive.test(i)) {
        oldest = open;
      }
    }
    return oldest;
  }

  private static long openClaim(RingMemory memory, int producer, long below) {
    int slot = producerSlot(producer);
    long length = memory.header.getLongVolatile(slot + INTENT_LENGTH);
    long start = memory.header.getLongVolatile(slot + INTENT_POSITION);
    if (length <= 0 || start >= below || start < 0) {
      return NONE;
    }
    long position = start;
    while (position < below && position - start < length && memory.isCommitted(position)) {
      int payload = memory.data.getInt(((int) position & memory.mask) + RECORD_LENGTH);
      position += recordLength(Math.max(0, Math.min(payload, memory.maxMessageLength)));
    }
    // Where others have written since, nothing can be read any more; and nothing was open there.
    boolean isPassed = memory.tail() - start > memory.capacity;
    return isPassed || position >= below || position - start >= length ? NONE : position;
  }

  /**
   * The lowest cursor of all groups, or the given tail without any.
   *
   * @throws RingCorruptedException if a cursor is ahead of the tail, or behind what is still there
   */
  static long slowestCursor(RingMemory memory, long tail) {
    return slowestCursor(memory, tail, NO_GROUP);
  }

  /** The same without one group, which is just opening. */
  static long slowestCursor(RingMemory memory, long tail, int without) {
    UnsafeBuffer header = memory.header;
    long slowest = NONE;
    int bound = bound(header.getIntVolatile(GROUP_BOUND_OFFSET), memory.groups);
    Steps.reached(Steps.Step.GROUP_BOUND_READ);
    for (int i = 0; i < bound; i++) {
      int slot = memory.groupSlot(i);
      int state = header.getIntVolatile(slot + GROUP_STATE);
      if (state == FREE || i == without) {
        continue;
      }
      long cursor = position(header.getLongVolatile(slot + CURSOR));
      // The cursor of a group that is just opening may be older; it holds all the same.
      if (state == ACTIVE && (tail - cursor > memory.capacity || cursor > memory.tail())) {
        if (header.getIntVolatile(slot + GROUP_STATE) == ACTIVE) {
          throw new RingCorruptedException(
              "the cursor of group " + i + " is " + cursor + ", the tail is " + tail);
        }
        continue;
      }
      slowest = Math.min(slowest, cursor);
    }
    return slowest == NONE ? tail : slowest;
  }

  /** A count from shared memory, made safe to loop to. */
  static int bound(int found, int max) {
    return found < 0 || found > max ? max : found;
  }
}
