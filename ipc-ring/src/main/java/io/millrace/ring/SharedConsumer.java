package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import java.util.Objects;

/**
 * One of the competing consumers of a group. It takes one record at a time:
 *
 * <ol>
 *   <li>shows the record's position in its slot, which holds producers back from there on;
 *   <li>confirms the claim of the consumer that claimed last, so that the cursor may forget it;
 *   <li>moves the cursor behind the record by compare-and-set, with its own slot as tag;
 *   <li>handles the record and takes the position out of its slot.
 * </ol>
 *
 * <p>So it can be told of every dead consumer whether it really had the record that its slot shows:
 * the owner of the dead one's lock then handles it. The protocol is checked by {@code
 * takeover.pml}.
 */
final class SharedConsumer extends Consumer {
  /** How it went with one record. */
  private enum Outcome {
    NONE_THERE,
    PADDED,
    HANDLED,
    HANDLED_LAST,
    ABORTED
  }

  private final SharedClaim claim;
  private final Orphans orphans;
  private final Adapter adapter = new Adapter();

  /**
   * Held since the handler threw or aborted, or taken over with the slot: delivered before any
   * other.
   */
  private long kept;

  /** Of the record that the handler has. */
  private long handled;

  /** One was woken for all, and this is it. */
  private boolean owesPassingOn;

  /**
   * Joins.
   *
   * @param record what the last owner of the slot had in hand, or NONE
   */
  SharedConsumer(RingCore core, Group group, int index, long record) {
    super(core, group, index);
    claim = new SharedClaim(memory, group.slot, slot, this::wakeProducers);
    orphans = new Orphans(core, group, index);
    kept = record;
    if (record != NONE) {
      RingEvents.takenOver(index, record);
    }
  }

  @Override
  public int poll(RecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    enterDelivery();
    adapter.handler = handler;
    try {
      return deliver(adapter, limit);
    } finally {
      adapter.handler = null;
      exitDelivery();
    }
  }

  @Override
  public int controlledPoll(ControlledRecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    enterDelivery();
    try {
      return deliver(handler, limit);
    } finally {
      exitDelivery();
    }
  }

  private int deliver(ControlledRecordHandler handler, int limit) {
    int count = 0;
    boolean going = true;
    long begin = group.position();
    int untilLook = idle.recordsUntilLook();
    while (going && count < limit && !life.isClosed()) {
      Outcome outcome =
          kept == NONE && idle.hasOrphans() ? deliverOrphan(handler) : deliverNext(handler);
      going = outcome == Outcome.HANDLED || outcome == Outcome.PADDED;
      if (outcome == Outcome.HANDLED || outcome == Outcome.HANDLED_LAST) {
        count++;
      } else if (outcome == Outcome.PADDED) {
        // All that was there when it began was read: a producer that only gives claims up must not
        // keep it from returning.
        going = group.position() - begin < memory.capacity;
      }
      if (--untilLook <= 0) {
        untilLook = idle.lookWhileBusy();
      }
    }
    idle.lookIn(untilLook);
    if (count == 0) {
      idle.idle();
    } else {
      idle.busy();
    }
    return count;
  }

  private Outcome deliverNext(ControlledRecordHandler handler) {
    boolean redelivered = kept != NONE;
    long position = redelivered ? kept : claim.take();
    if (position == NONE) {
      return Outcome.NONE_THERE;
    }
    int length = redelivered ? headers.length(position) : claim.length();
    kept = position;
    if (owesPassingOn) {
      passOn(redelivered ? group.position() : position + recordLength(length));
    }
    Outcome outcome = handle(handler, position, length, redelivered);
    if (outcome != Outcome.ABORTED) {
      kept = NONE;
      slot.showNone();
      Steps.reached(RECORD_RELEASED);
      consumed(outcome == Outcome.PADDED ? 0 : 1, outcome == Outcome.PADDED ? 0 : length);
    }
    return outcome;
  }

  /** Length and type are what was read once: a hostile peer may change what is in memory. */
  private Outcome handle(
      ControlledRecordHandler handler, long position, int length, boolean redelivered) {
    int type = headers.type(position);
    if (type == PADDING) {
      return Outcome.PADDED;
    }
    if (redelivered) {
      group.slot.countRedelivery();
    }
    handled = position;
    ControlledRecordHandler.Action action =
        handler.onRecord(type, data, headers.payloadIndex(position), length, redelivered);
    Steps.reached(RECORD_HANDLED);
    if (action == ControlledRecordHandler.Action.ABORT) {
      return Outcome.ABORTED;
    }
    return action == ControlledRecordHandler.Action.BREAK ? Outcome.HANDLED_LAST : Outcome.HANDLED;
  }

  private Outcome deliverOrphan(ControlledRecordHandler handler) {
    ConsumerSlot orphan = orphans.adopt();
    if (orphan == null) {
      idle.orphansDone();
      return Outcome.PADDED;
    }
    if (owesPassingOn) {
      passOn(group.position());
    }
    Outcome outcome = Outcome.ABORTED;
    try {
      long position = orphans.position();
      int length = headers.length(position);
      RingEvents.takenOver(orphan.index, position);
      outcome = handle(handler, position, length, true);
      Steps.reached(ORPHAN_HANDLED);
      if (outcome == Outcome.HANDLED || outcome == Outcome.HANDLED_LAST) {
        consumed(1, length);
      }
    } finally {
      if (outcome == Outcome.ABORTED) {
        orphans.giveBack(orphan);
      } else {
        orphans.release(orphan);
      }
    }
    return outcome;
  }

  /** Before the handler, which may take its time: somebody else gets at the record behind. */
  private void passOn(long next) {
    owesPassingOn = false;
    if (headers.isCommitted(next)) {
      slot.countWakeUps(core.signals.moreRecords(queue()));
    }
  }

  @Override
  void acknowledgeNow(long recordPosition) {
    throw new IllegalStateException("group " + group() + " is not acknowledged");
  }

  @Override
  long handledPosition() {
    return handled;
  }

  @Override
  int queue() {
    return group.slot.index + 1;
  }

  @Override
  boolean hasRivals() {
    return orphans.haveRivals();
  }

  @Override
  void owePassingOn() {
    owesPassingOn = true;
  }

  @Override
  long nextPosition() {
    return kept == NONE ? group.position() : kept;
  }

  @Override
  void holdForRecovery(long position) {
    slot.hold(position);
    Steps.reached(HOLE_HELD);
  }

  @Override
  void releaseAfterRecovery() {
    putBack();
  }

  /** Others may have gone on and found producers held back by this alone, which sleep by now. */
  private void putBack() {
    slot.showNone();
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

  @Override
  boolean holdsRecord() {
    return kept != NONE;
  }

  /** Makes a plain handler a controlled one. */
  private static final class Adapter implements ControlledRecordHandler {
    RecordHandler handler;

    @Override
    public Action onRecord(
        int type, org.agrona.DirectBuffer buffer, int offset, int length, boolean redelivered) {
      deliver(handler, redelivered, type, buffer, offset, length);
      return Action.CONTINUE;
    }
  }
}
