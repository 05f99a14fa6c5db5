package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/**
 * How one of the competing consumers of a group takes its next record, so that it can be told of
 * every dead one whether it really had the record that its slot shows. See {@link SharedConsumer}.
 */
final class SharedClaim {
  private final ConsumerSlot[] consumers;
  private final RecordHeader headers;
  private final GroupSlot group;
  private final ConsumerSlot slot;

  /** Others may have found producers held back by what was shown, which sleep by now. */
  private final Runnable putBack;

  private int length;

  SharedClaim(RingMemory memory, GroupSlot group, ConsumerSlot slot, Runnable putBack) {
    consumers = memory.consumers;
    headers = memory.records;
    this.group = group;
    this.slot = slot;
    this.putBack = putBack;
  }

  /** Takes the next record of the group. Returns its position, or NONE if there is none now. */
  long take() {
    while (true) {
      long cursor = group.cursor();
      long position = position(cursor);
      if (!headers.isCommitted(position)) {
        return NONE;
      }
      slot.show(position);
      Steps.reached(RECORD_SHOWN);
      int last = tag(cursor);
      if (last != slot.index && last < consumers.length) {
        consumers[last].raiseConfirmed(group.index, position);
        Steps.reached(CLAIM_CONFIRMED);
      }
      // If somebody else was faster this may be read from newer memory: then the swap fails.
      int found = headers.foundLength(position);
      boolean possible = headers.isPossible(found);
      if (possible && group.moveCursor(cursor, position + recordLength(found) | slot.index)) {
        Steps.reached(CURSOR_MOVED);
        length = found;
        return position;
      }
      slot.showNone();
      putBack.run();
      if (!possible && group.cursor() == cursor) {
        throw headers.impossibleLength(position, found);
      }
    }
  }

  /** The payload length of the record that was taken last, as it was read then. */
  int length() {
    return length;
  }
}
