package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.util.Objects;

/** The only consumer of its group: it moves the cursor with a release store behind each record. */
final class ExclusiveConsumer extends Consumer {
  private final GroupSlot groupWords;
  private final Pace pace;
  private long next;

  /** The record at this position may have been handled before. */
  private long redeliveryPosition = NONE;

  ExclusiveConsumer(RingCore core, Group group, int index, boolean afterDeath) {
    super(core, group, index);
    groupWords = group.slot;
    next = group.position();
    pace = new Pace(memory.words);
    if (afterDeath && headers.isCommitted(next)) {
      redeliveryPosition = next;
    }
  }

  @Override
  public int poll(RecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    enterDelivery();
    int count = 0;
    long bytes = 0;
    boolean drained = false;
    long position = next;
    int usual = ALIGNMENT;
    try {
      while (count < limit && !life.isClosed()) {
        if (!headers.isCommitted(position)) {
          drained = true;
          break;
        }
        int length = headers.length(position);
        int type = headers.type(position);
        if (type != PADDING) {
          int payload = headers.payloadIndex(position);
          deliver(handler, isRedelivery(position), type, data, payload, length);
          Steps.reached(RECORD_HANDLED);
          count++;
          bytes += length;
        }
        // Where the next record starts must not wait for this length to arrive from the other
        // core. As long as records take the same space, only a branch depends on it, which the
        // processor guesses, and it fetches the records behind meanwhile: four times as fast.
        int spare = usual - RECORD_HEADER_LENGTH - length;
        if (spare < 0 || spare >= ALIGNMENT) {
          usual = recordLength(length);
        }
        position += usual;
        groupWords.setCursor(position);
        Steps.reached(CURSOR_STORED);
      }
    } catch (Throwable thrown) {
      redeliveryPosition = position;
      throw thrown;
    } finally {
      try {
        finish(position, count, bytes, drained);
      } finally {
        exitDelivery();
      }
    }
    return count;
  }

  @Override
  public int controlledPoll(ControlledRecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    enterDelivery();
    int count = 0;
    long bytes = 0;
    boolean drained = false;
    long position = next;
    boolean going = true;
    boolean tell = false;
    try {
      while (going && count < limit && !life.isClosed()) {
        if (!headers.isCommitted(position)) {
          drained = true;
          break;
        }
        int length = headers.length(position);
        int type = headers.type(position);
        if (type != PADDING) {
          ControlledRecordHandler.Action action =
              handler.onRecord(
                  type, data, headers.payloadIndex(position), length, isRedelivery(position));
          Steps.reached(RECORD_HANDLED);
          if (action == ControlledRecordHandler.Action.ABORT) {
            redeliveryPosition = position;
            break;
          }
          count++;
          bytes += length;
          going = action != ControlledRecordHandler.Action.BREAK;
          tell = action == ControlledRecordHandler.Action.COMMIT;
        }
        position += recordLength(length);
        groupWords.setCursor(position);
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
      try {
        finish(position, count, bytes, drained);
      } finally {
        exitDelivery();
      }
    }
    return count;
  }

  private boolean isRedelivery(long position) {
    if (position != redeliveryPosition) {
      return false;
    }
    redeliveryPosition = NONE;
    groupWords.countRedelivery();
    return true;
  }

  private void finish(long position, int count, long bytes, boolean drained) {
    if (position != next) {
      next = position;
      idle.busy();
      consumed(count, bytes);
      if (drained) {
        pace.drained(position);
      }
    } else {
      idle.idle();
    }
  }

  /** The cursor moves behind a record that was handled, not before. */
  @Override
  long handledPosition() {
    return group.position();
  }

  @Override
  int queue() {
    return NO_QUEUE;
  }

  @Override
  boolean hasRivals() {
    return false;
  }

  @Override
  void owePassingOn() {}

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
  boolean holdsRecord() {
    return false;
  }
}
