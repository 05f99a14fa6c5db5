package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

/** The only consumer of its group: it moves the cursor with a release store behind each record. */
final class ExclusiveConsumer extends Consumer {
  private final int cursorOffset;
  private final Pace pace;
  private long next;

  /** The record at this position may have been handled before. */
  private long redeliveryPosition = NONE;

  ExclusiveConsumer(Ring ring, Group group, int index, boolean afterDeath) {
    super(ring, group, index);
    cursorOffset = group.slot + CURSOR;
    next = group.position();
    pace = new Pace(memory);
    if (afterDeath && memory.isCommitted(next)) {
      redeliveryPosition = next;
    }
  }

  @Override
  public int poll(RecordHandler handler, int limit) {
    throwExceptionIfClosed();
    int count = 0;
    long payload = 0;
    boolean drained = false;
    long position = next;
    int usual = ALIGNMENT;
    enterPoll();
    try {
      while (count < limit) {
        int at = (int) position & mask;
        if (rawData.getLongVolatile(at) != stamp(position, key)) {
          drained = true;
          break;
        }
        int length = checkedLength(at, position);
        int type = rawData.getInt(at + RECORD_TYPE);
        if (type != PADDING) {
          deliver(handler, isRedelivery(position), type, data, at, length);
          Steps.reached(RECORD_HANDLED);
          count++;
          payload += length;
        }
        // Where the next record starts must not wait for this length to arrive from the other
        // core. As long as records take the same space, only a branch depends on it, which the
        // processor guesses, and it fetches the records behind meanwhile: four times as fast.
        int spare = usual - RECORD_HEADER_LENGTH - length;
        if (spare < 0 || spare >= ALIGNMENT) {
          usual = recordLength(length);
        }
        position += usual;
        rawHeader.putLongRelease(cursorOffset, position);
        Steps.reached(CURSOR_STORED);
      }
    } catch (Throwable thrown) {
      redeliveryPosition = position;
      throw thrown;
    } finally {
      leavePoll();
      finish(position, count, payload, drained);
    }
    return count;
  }

  @Override
  public int controlledPoll(ControlledRecordHandler handler, int limit) {
    throwExceptionIfClosed();
    int count = 0;
    long payload = 0;
    boolean drained = false;
    long position = next;
    boolean going = true;
    boolean tell = false;
    enterPoll();
    try {
      while (going && count < limit) {
        if (!memory.isCommitted(position)) {
          drained = true;
          break;
        }
        int at = (int) position & mask;
        int length = checkedLength(at, position);
        int type = rawData.getInt(at + RECORD_TYPE);
        if (type != PADDING) {
          ControlledRecordHandler.Action action =
              handler.onRecord(
                  type, data, at + RECORD_HEADER_LENGTH, length, isRedelivery(position));
          if (action == ControlledRecordHandler.Action.ABORT) {
            redeliveryPosition = position;
            break;
          }
          count++;
          payload += length;
          going = action != ControlledRecordHandler.Action.BREAK;
          tell = action == ControlledRecordHandler.Action.COMMIT;
        }
        position += recordLength(length);
        rawHeader.putLongRelease(cursorOffset, position);
        Steps.reached(CURSOR_STORED);
        if (tell) {
          tell = false;
          wakeProducers();
        }
      }
    } catch (Throwable thrown) {
      redeliveryPosition = position;
      throw thrown;
    } finally {
      leavePoll();
      finish(position, count, payload, drained);
    }
    return count;
  }

  private boolean isRedelivery(long position) {
    if (position != redeliveryPosition) {
      return false;
    }
    redeliveryPosition = NONE;
    group.countRedelivery();
    return true;
  }

  private void finish(long position, int count, long payload, boolean drained) {
    if (position != next) {
      next = position;
      idle.busy();
      consumed(count, payload);
      if (drained) {
        pace.drained(position);
      }
    } else {
      idle.idle();
    }
  }

  @Override
  long nextPosition() {
    return next;
  }

  /** The cursor is at the hole: producers cannot pass it. */
  @Override
  void holdForRecovery(long position) {}

  @Override
  void releaseAfterRecovery() {}

  @Override
  boolean findOrphans() {
    return false;
  }

  @Override
  boolean owesRedelivery() {
    return redeliveryPosition == next;
  }

  @Override
  void leave() {
    ring.leaveConsumer(this);
  }
}
