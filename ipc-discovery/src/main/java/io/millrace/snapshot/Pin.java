package io.millrace.snapshot;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * One reader's hold on one buffer: the word in its own line of the header.
 *
 * <p>All accesses are volatile, which is what the argument rests on: of a reader that stores its
 * pin and then loads the current word, and a writer that stores the current word and then loads the
 * pins, at least one sees the other.
 */
final class Pin {
  private final UnsafeBuffer header;
  private final int offset;

  Pin(UnsafeBuffer header, int slot) {
    this.header = header;
    this.offset = SnapshotLayout.slotOffset(slot);
  }

  /**
   * Takes the newest value, in a bounded number of steps whatever the writer does.
   *
   * <p>First by name: pin what was current a moment ago. If it is current still, every later choice
   * of the writer sees the pin, and every earlier one avoided the buffer because it was current. If
   * it is not, ask: announce, look, and take what was seen, unless the writer met the announcement
   * first and took its own newest value for the reader. So a reader that stops between any two of
   * these steps holds at most one buffer, and one spare buffer per reader is enough.
   *
   * @param seen what the current word was
   * @return the word that is pinned, or that was current if it names no buffer
   */
  long take(long seen) {
    Step.CURRENT_SEEN.reached();
    header.putLongVolatile(offset, seen);
    Step.PIN_TRIED.reached();
    long current = header.getLongVolatile(SnapshotLayout.CURRENT_OFFSET);
    if (current == seen) {
      return seen;
    }
    header.putLongVolatile(offset, SnapshotLayout.ANNOUNCED);
    Step.PIN_ANNOUNCED.reached();
    current = header.getLongVolatile(SnapshotLayout.CURRENT_OFFSET);
    Step.PIN_CHOSEN.reached();
    if (header.compareAndSetLong(offset, SnapshotLayout.ANNOUNCED, current)) {
      return current;
    }
    return header.getLongVolatile(offset);
  }

  /** Gives the buffer back. Everything that was read from it was read before. */
  void release() {
    header.putLongRelease(offset, SnapshotLayout.NONE);
  }
}
