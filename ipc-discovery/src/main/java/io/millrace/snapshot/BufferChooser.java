package io.millrace.snapshot;

import java.util.function.IntPredicate;
import org.agrona.UnsafeApi;

/** The writer's side of the pins: finds a buffer that no reader looks at or can come to look at. */
final class BufferChooser {
  static final int NO_BUFFER = -1;
  static final int NO_SLOT = -1;

  private final long header;
  private final int slots;

  /** For each buffer the number of the last choice in which it was taken. */
  private final long[] takenAt;

  /** For each buffer how many bytes of it have room reserved by this writer. */
  private final long[] reserved;

  private long choice;

  /** Of a header that is mapped, at an address, for as long as the chooser is used. */
  BufferChooser(long header, int slots, int buffers) {
    this.header = header;
    this.slots = slots;
    this.takenAt = new long[buffers];
    this.reserved = new long[buffers];
  }

  /**
   * Looks through all pins once. A reader that has announced itself gets the current value here: it
   * could otherwise come back, however late, with any value that was current since.
   *
   * @param current the current word; only the caller changes it
   * @param room how many bytes the buffer shall have room for
   * @return the first free buffer with that much room, else the free one with the most, else {@link
   *     #NO_BUFFER}
   */
  int choose(long current, long room) {
    long now = ++choice;
    if (current != SnapshotLayout.NONE) {
      takenAt[SnapshotLayout.buffer(current)] = now;
    }
    int limit = slotLimit();
    for (int slot = 0; slot < limit; slot++) {
      long pin = pin(slot);
      if (pin != SnapshotLayout.NONE && pin != current) {
        mark(slot, pin, current, now);
      }
    }
    int best = NO_BUFFER;
    for (int buffer = 0; buffer < takenAt.length; buffer++) {
      if (takenAt[buffer] != now) {
        if (reserved[buffer] >= room) {
          return buffer;
        }
        if (best == NO_BUFFER || reserved[buffer] > reserved[best]) {
          best = buffer;
        }
      }
    }
    return best;
  }

  private void mark(int slot, long seen, long current, long now) {
    long pin = seen;
    if (pin == SnapshotLayout.ANNOUNCED) {
      if (exchange(slot, SnapshotLayout.ANNOUNCED, current)) {
        return;
      }
      // It chose by itself. If it has even announced itself anew, it did so after the current word
      // was stored and can come back with nothing older.
      pin = pin(slot);
    }
    int buffer = SnapshotLayout.buffer(pin);
    if (pin > SnapshotLayout.NONE && buffer < takenAt.length) {
      takenAt[buffer] = now;
    }
  }

  long reserved(int buffer) {
    return reserved[buffer];
  }

  void reserved(int buffer, long room) {
    reserved[buffer] = room;
  }

  /**
   * Drops the pins of the dead.
   *
   * <p>While a slot's lock is free nobody owns it. If a new reader takes it between the look at the
   * lock and the exchange, its pin is empty, announced or the current word, never the old word that
   * is exchanged here.
   *
   * @param current the current word
   * @param isDead tells of a slot whether no live process holds its lock
   * @return true if there was at least one
   */
  boolean dropDead(long current, IntPredicate isDead) {
    boolean dropped = false;
    int limit = slotLimit();
    for (int slot = 0; slot < limit; slot++) {
      long pin = pin(slot);
      if (pin > SnapshotLayout.NONE && pin != current && isDead.test(slot)) {
        dropped |= exchange(slot, pin, SnapshotLayout.NONE);
      }
    }
    return dropped;
  }

  /** A slot whose pin is neither empty nor the current value, or {@link #NO_SLOT}. */
  int slotInTheWay(long current) {
    int limit = slotLimit();
    for (int slot = 0; slot < limit; slot++) {
      long pin = pin(slot);
      if (pin > SnapshotLayout.NONE && pin != current) {
        return slot;
      }
    }
    return NO_SLOT;
  }

  /** Behind the current word: one sees the other ({@code snapshot-pin.wm}). */
  private long pin(int slot) {
    return UnsafeApi.getLongVolatile(null, header + SnapshotLayout.slotOffset(slot));
  }

  /**
   * Behind the current word: whose pin it becomes finds the value ({@code snapshot-answered.wm}).
   */
  private boolean exchange(int slot, long expected, long word) {
    return UnsafeApi.compareAndSetLong(
        null, header + SnapshotLayout.slotOffset(slot), expected, word);
  }

  /** Behind the current word, as the pins ({@code snapshot-limit.wm}). */
  private int slotLimit() {
    int limit = UnsafeApi.getIntVolatile(null, header + SnapshotLayout.SLOT_LIMIT_OFFSET);
    return Math.min(Math.max(limit, 0), slots);
  }
}
