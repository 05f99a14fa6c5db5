package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.util.Objects;

/**
 * The only consumer of its group: it moves the cursor with a release store behind each record, or
 * behind those that are acknowledged.
 */
final class ExclusiveConsumer extends Consumer {
  private final GroupSlot groupWords;
  private final Pace pace;
  private final boolean readsAhead;
  private long next;

  /** Where a consumer is that reads ahead of its cursor. */
  private long reading;

  /** Records that begin before this position may have been handled before. */
  private long redeliveryEnd;

  ExclusiveConsumer(RingCore core, Group group, int index, boolean readsAhead, boolean afterDeath) {
    super(core, group, index);
    this.readsAhead = readsAhead;
    groupWords = group.slot;
    next = group.position();
    reading = next;
    pace = new Pace(memory.words, memory.capacity);
    if (afterDeath && headers.isCommitted(next)) {
      redeliveryEnd = group.wasReadAhead() ? memory.words.foundTail() : next + 1;
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
      long bound = position;
      while (count < limit && !life.isClosed()) {
        if (position >= bound) {
          bound = pace.bound(position);
        }
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
        } else if (isPaddedThrough(position)) {
          break;
        }
        // Where the next record starts must not wait for this length to arrive from the other
        // core. As long as records take the same space, only a branch depends on it, which the
        // processor guesses, and it fetches the records behind meanwhile: four times as fast.
        int spare = usual - RECORD_HEADER_LENGTH - length;
        if (spare < 0 || spare >= ALIGNMENT) {
          usual = recordLength(length);
        }
        position += usual;
        moveTo(position, type);
        Steps.reached(CURSOR_STORED);
      }
    } catch (Throwable thrown) {
      owe(position);
      throw thrown;
    } finally {
      end(position, count, bytes, drained);
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
      long bound = position;
      while (going && count < limit && !life.isClosed()) {
        if (position >= bound) {
          bound = pace.bound(position);
        }
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
            owe(position);
            break;
          }
          count++;
          bytes += length;
          going = action != ControlledRecordHandler.Action.BREAK;
          tell = action == ControlledRecordHandler.Action.COMMIT;
        } else if (isPaddedThrough(position)) {
          break;
        }
        position += recordLength(length);
        moveTo(position, type);
        Steps.reached(CURSOR_STORED);
        if (tell) {
          tell = false;
          wakeProducers();
        }
      }
    } catch (Throwable thrown) {
      owe(position);
      throw thrown;
    } finally {
      end(position, count, bytes, drained);
    }
    return count;
  }

  /**
   * Behind a record or padding. Padding is nothing that is acknowledged: the cursor goes over it
   * with what is before it.
   */
  private void moveTo(long position, int type) {
    if (!readsAhead) {
      groupWords.setCursor(position);
      return;
    }
    if (type == PADDING && group.position() == reading) {
      groupWords.setCursor(position);
    }
    reading = position;
  }

  @Override
  void acknowledgeNow(long recordPosition) {
    if (!readsAhead) {
      throw new IllegalStateException(
          "group " + group() + " is not acknowledged: join it with GroupOptions.acknowledged()");
    }
    if (recordPosition >= 0 && recordPosition < group.position()) {
      return;
    }
    if (recordPosition < 0 || recordPosition >= next || recordPosition % ALIGNMENT != 0) {
      throw notDelivered(recordPosition);
    }
    if (!headers.isCommitted(recordPosition)) {
      // Between two records, if the walk from the cursor leads there without damage.
      throw isBoundary(recordPosition)
          ? new DamagedRingException(
              "the record at position " + recordPosition + " was written over after its delivery")
          : notDelivered(recordPosition);
    }
    long position = headers.next(recordPosition);
    while (position < next && headers.type(position) == PADDING) {
      position = headers.next(position);
    }
    groupWords.setCursor(Math.min(position, next));
    wakeProducers();
  }

  private IllegalArgumentException notDelivered(long recordPosition) {
    return new IllegalArgumentException(
        "no record at " + recordPosition + " was delivered to group " + group());
  }

  /** Tells whether records lead from the cursor to a position. */
  private boolean isBoundary(long sought) {
    long position = group.position();
    while (position < sought) {
      if (!headers.isCommitted(position)) {
        throw new DamagedRingException(
            "the record at position " + position + " was written over after its delivery");
      }
      position = headers.next(position);
    }
    return position == sought;
  }

  /**
   * All that was there when the poll began was read: a producer that only gives claims up must not
   * keep it from returning.
   */
  private boolean isPaddedThrough(long position) {
    return position - next >= memory.capacity;
  }

  /** The record at a position was shown to a handler, and is not done. */
  private void owe(long position) {
    redeliveryEnd = Math.max(redeliveryEnd, position + 1);
  }

  private boolean isRedelivery(long position) {
    if (position >= redeliveryEnd) {
      return false;
    }
    groupWords.countRedelivery();
    return true;
  }

  /** The end of a delivery. Apart from the loops, which are then short enough to be inlined. */
  private void end(long position, int count, long bytes, boolean drained) {
    try {
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
    } finally {
      exitDelivery();
    }
  }

  /** The cursor moves behind a record that was handled, not before. */
  @Override
  long handledPosition() {
    return readsAhead ? reading : group.position();
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

  /** The cursor is at the hole or before it: producers cannot pass it. */
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
    return next < redeliveryEnd || readsAhead && group.position() < next;
  }

  @Override
  boolean holdsRecord() {
    return false;
  }
}
