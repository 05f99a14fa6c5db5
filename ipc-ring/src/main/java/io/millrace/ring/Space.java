package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * How far producers may write: the slowest group, or the oldest record in hand, plus the capacity.
 */
final class Space {
  private static final int NO_GROUP = -1;

  private Space() {}

  /**
   * Finds the limit that claims must not pass.
   *
   * <p>The order of the loads matters. Tail first: a group that is not seen here starts at a tail
   * read after it was published, thus not below the limit less the capacity. Cursors before records
   * in hand: a consumer shows the record that it is about to take before it moves the cursor, so
   * one of the two holds it.
   */
  static long limit(RingMemory memory) {
    UnsafeBuffer header = memory.header;
    long oldest = slowestCursor(memory, memory.tail());
    int bound = bound(header.getIntVolatile(CONSUMER_BOUND_OFFSET), memory.consumers);
    for (int i = 0; i < bound; i++) {
      oldest = Math.min(oldest, header.getLongVolatile(memory.consumerSlot(i) + IN_PROGRESS));
    }
    return oldest + memory.capacity;
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
