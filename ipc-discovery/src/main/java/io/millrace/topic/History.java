package io.millrace.topic;

import io.millrace.ClosedException;
import io.millrace.discovery.Registry;
import io.millrace.ring.Consumer;
import io.millrace.ring.ControlledRecordHandler;
import io.millrace.ring.ControlledRecordHandler.Action;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import org.agrona.DirectBuffer;

/**
 * The publisher's own cursor in its ring. It stands at the first record until those subscribers
 * have joined that were there before the publisher; after that it stays behind the tail as far as
 * the history is long. Groups that start at the oldest record start there.
 *
 * <p>Used by the publisher's thread, which moves it when it finds no room.
 */
final class History {
  /** The most records that are passed over in one go. */
  private static final int STEP = 256;

  private final Ring ring;
  private final int capacity;
  private final int length;

  /** Null once there is no history to keep. */
  private Consumer cursor;

  /** Null once they have all joined. */
  private Opening opening;

  /** Where passing over ends. */
  private long target;

  private long position;
  private final ControlledRecordHandler pass = this::pass;

  History(Ring ring, int length) {
    this.ring = ring;
    this.length = length;
    capacity = ring.capacity();
    cursor = ring.addConsumer(GroupOptions.named(ReservedGroups.HISTORY));
  }

  /** The publisher can be found by now: from here on nobody who comes is waited for. */
  void open(Registry registry, String topic) {
    opening = Opening.begin(registry, ring, topic);
  }

  boolean isOpening() {
    return opening != null;
  }

  /** Those who were there before the publisher have joined it, or are gone. */
  boolean haveAllJoined() {
    return opening == null || opening.haveAllJoined();
  }

  /**
   * Moves on, where that may make room. (The longest record and the longest history fit into the
   * ring together.)
   *
   * @return true if it moved, so that there may be room
   */
  boolean makeRoom() {
    if (opening != null) {
      if (!opening.isOver()) {
        return false;
      }
      opening = null;
    }
    if (cursor == null) {
      return false;
    }
    try {
      if (length == 0) {
        cursor.close();
        cursor = null;
        return true;
      }
      return moveTo(ring.counters().position() - length);
    } catch (ClosedException closed) {
      return false; // With the publisher, by another thread: its next call says so.
    }
  }

  private boolean moveTo(long wanted) {
    target = wanted;
    boolean moved = false;
    long before = -1;
    while (position < target && position != before) {
      before = position;
      cursor.controlledPoll(pass, STEP);
      position = cursor.position();
      moved |= position != before;
    }
    return moved;
  }

  /** Ends with the record that reaches the target, never with one that is not there yet. */
  private Action pass(int type, DirectBuffer buffer, int offset, int size, boolean redelivered) {
    long behind = offset - (position & capacity - 1) & capacity - 1;
    return position + behind + size >= target ? Action.BREAK : Action.CONTINUE;
  }
}
