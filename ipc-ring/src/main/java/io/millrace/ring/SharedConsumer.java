package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/**
 * One of the competing consumers of a group. It takes one record at a time:
 *
 * <ol>
 *   <li>shows the record's position in its slot, which holds producers back from there on;
 *   <li>confirms the claim of whoever claimed last, so that the cursor may forget it;
 *   <li>moves the cursor behind the record by compare-and-set, with its own slot as tag;
 *   <li>handles the record and takes the position out of its slot.
 * </ol>
 *
 * <p>So it can be told of every dead consumer whether it really had the record that its slot shows:
 * whoever owns the dead one's lock then handles it. The protocol is checked by {@code
 * takeover.pml}.
 */
final class SharedConsumer extends Consumer {
  private static final int NO_ORPHAN = -1;

  private final int cursorOffset;
  private final int inProgress;
  private final Orphans orphans;
  private final Adapter adapter = new Adapter();

  /** Held since the handler threw or aborted: delivered before any other. */
  private long kept = NONE;

  SharedConsumer(Ring ring, Group group, int index) {
    super(ring, group, index);
    cursorOffset = group.slot + CURSOR;
    inProgress = slot + IN_PROGRESS;
    orphans = new Orphans(ring, group, index);
  }

  @Override
  public int poll(RecordHandler handler, int limit) {
    adapter.handler = handler;
    try {
      return controlledPoll(adapter, limit);
    } finally {
      adapter.handler = null;
    }
  }

  @Override
  public int controlledPoll(ControlledRecordHandler handler, int limit) {
    throwExceptionIfClosed();
    enterPoll();
    try {
      return deliver(handler, limit);
    } finally {
      leavePoll();
    }
  }

  private int deliver(ControlledRecordHandler handler, int limit) {
    int count = 0;
    boolean going = true;
    while (going && count < limit) {
      boolean redelivered = kept != NONE;
      long position = redelivered ? kept : claimNext();
      if (position == NONE) {
        break;
      }
      int at = (int) position & mask;
      int length = checkedLength(at, position);
      int type = data.getInt(at + RECORD_TYPE);
      if (type != PADDING) {
        kept = position;
        if (redelivered) {
          group.countRedelivery();
        }
        ControlledRecordHandler.Action action =
            handler.onRecord(type, data, at + RECORD_HEADER_LENGTH, length, redelivered);
        Steps.reached(RECORD_HANDLED);
        if (action == ControlledRecordHandler.Action.ABORT) {
          break;
        }
        kept = NONE;
        count++;
        going = action != ControlledRecordHandler.Action.BREAK;
      }
      header.putLongRelease(inProgress, NONE);
      Steps.reached(RECORD_RELEASED);
      consumed(type == PADDING ? 0 : 1, type == PADDING ? 0 : length);
    }
    if (going && count < limit && idle.hasOrphans()) {
      count += deliverOrphan(handler);
    }
    if (count == 0) {
      idle.idle();
    } else {
      idle.busy();
    }
    return count;
  }

  /** Takes the next record of the group. Returns its position, or NONE if there is none now. */
  private long claimNext() {
    while (true) {
      long cursor = header.getLongVolatile(cursorOffset);
      long position = RingLayout.position(cursor);
      if (!memory.isCommitted(position)) {
        return NONE;
      }
      header.putLongRelease(inProgress, position);
      Steps.reached(RECORD_SHOWN);
      int last = tag(cursor);
      if (last != index && last < memory.consumers) {
        orphans.confirm(last, position);
        Steps.reached(CLAIM_CONFIRMED);
      }
      // If somebody else was faster this may be read from newer memory: then the swap fails.
      int length = data.getInt(((int) position & mask) + RECORD_LENGTH);
      boolean plausible = length >= 0 && length <= memory.maxClaim - RECORD_HEADER_LENGTH;
      if (plausible
          && header.compareAndSetLong(
              cursorOffset, cursor, position + recordLength(length) | index)) {
        Steps.reached(CURSOR_MOVED);
        return position;
      }
      putBack();
      if (!plausible && header.getLongVolatile(cursorOffset) == cursor) {
        checkedLength((int) position & mask, position);
      }
    }
  }

  private int deliverOrphan(ControlledRecordHandler handler) {
    int orphan = orphans.adopt();
    if (orphan == NO_ORPHAN) {
      idle.orphansDone();
      return 0;
    }
    Steps.reached(ORPHAN_ADOPTED);
    boolean done = false;
    try {
      long position = orphans.recordOf(orphan);
      if (!memory.isCommitted(position)) {
        throw new RingCorruptedException(
            "consumer " + orphan + " died with a record in hand that is none: " + position);
      }
      int at = (int) position & mask;
      int length = checkedLength(at, position);
      int type = data.getInt(at + RECORD_TYPE);
      group.countRedelivery();
      RingEvents.takenOver(orphan, position);
      done =
          type == PADDING
              || handler.onRecord(type, data, at + RECORD_HEADER_LENGTH, length, true)
                  != ControlledRecordHandler.Action.ABORT;
      Steps.reached(ORPHAN_HANDLED);
      if (done && type != PADDING) {
        consumed(1, length);
      }
      return done && type != PADDING ? 1 : 0;
    } finally {
      orphans.release(orphan, done);
    }
  }

  @Override
  long nextPosition() {
    return kept == NONE ? group.position() : kept;
  }

  @Override
  void holdForRecovery(long position) {
    // Volatile: shown before the cursor is looked at again.
    header.putLongVolatile(inProgress, position);
    Steps.reached(HOLE_HELD);
  }

  @Override
  void releaseAfterRecovery() {
    putBack();
  }

  /** Others may have gone on and found producers held back by this alone, who sleep by now. */
  private void putBack() {
    header.putLongRelease(inProgress, NONE);
    wakeProducers();
  }

  @Override
  boolean findOrphans() {
    return orphans.exist();
  }

  /** What it has in hand it leaves as an orphan. */
  @Override
  boolean owesRedelivery() {
    return false;
  }

  /** With a record still in hand the slot is left as a killed consumer leaves it. */
  @Override
  void leave() {
    if (kept == NONE) {
      ring.leaveConsumer(this);
    } else {
      ring.abandonConsumer(this);
    }
  }

  /** Makes a plain handler a controlled one. */
  private static final class Adapter implements ControlledRecordHandler {
    RecordHandler handler;

    @Override
    public Action onRecord(
        int type, org.agrona.DirectBuffer buffer, int offset, int length, boolean redelivered) {
      deliver(handler, redelivered, type, buffer, offset - RECORD_HEADER_LENGTH, length);
      return Action.CONTINUE;
    }
  }
}
