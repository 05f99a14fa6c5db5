package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/**
 * What the last owner of a producer's slot, who is dead or gone, has left in the stream. The caller
 * holds the slot's lock.
 */
final class Predecessor {
  private Predecessor() {}

  /**
   * Tells whether everything that it announced is settled, so that the slot can have a new owner.
   */
  static boolean isSettled(RingMemory memory, ProducerSlot slot) {
    long length = slot.intentLength();
    long start = slot.intentPosition();
    long tail = memory.words.tail();
    if (length <= 0 || length > memory.maxClaim || start >= tail) {
      return true; // Retracted, nonsense that no claim can have come from, or never claimed.
    }
    long end = start + length;
    if (end > tail || tag(start | length) != 0) {
      return true; // No claim was won with it, or the tail would be behind its end.
    }
    // Without groups nobody will ever be stuck there.
    long position = Math.max(start, Space.slowestCursor(memory, tail));
    position = Math.max(position, slot.committedUpTo());
    while (position < end) {
      if (!memory.records.isCommitted(position)) {
        return false;
      }
      position = memory.records.next(position);
    }
    return true;
  }

  /**
   * Settles what a killed single producer left, on behalf of its successor: nobody else writes, so
   * the successor may.
   */
  static void settleAlone(RingMemory memory) {
    ProducerSlot slot = memory.producers[0];
    RecordHeader records = memory.records;
    long tail = memory.words.tail();
    long start = slot.intentPosition();
    if (start < 0 || tag(start) != 0 || tail - start > memory.maxClaim) {
      throw new DamagedRingException(
          "the last claim of the producer is at " + start + ", the tail at " + tail);
    }
    long position = Math.max(start, slot.committedUpTo());
    while (position < tail) {
      if (records.isCommitted(position)) {
        position = records.next(position);
        continue;
      }
      long end = records.nextCommitted(position, tail);
      records.writePadding(position, end - position);
      Steps.reached(PADDING_WRITTEN);
      records.commit(position);
      Steps.reached(PADDING_COMMITTED);
      RingEvents.recovered(position, end - position);
      position = end;
    }
  }
}
