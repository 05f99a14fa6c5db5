package io.millrace.snapshot;

import org.agrona.UnsafeApi;

/**
 * One reader's hold on one buffer: the word in its own line of the header.
 *
 * <p>All accesses are volatile, which is what the argument rests on: of a reader that stores its
 * pin and then loads the current word, and a writer that stores the current word and then loads the
 * pins, at least one sees the other.
 */
final class Pin {
  private final long pinAddress;
  private final long currentAddress;

  /** Of a header that is mapped, at an address, for as long as the pin is used. */
  Pin(long header, int slot) {
    pinAddress = header + SnapshotLayout.slotOffset(slot);
    currentAddress = header + SnapshotLayout.CURRENT_OFFSET;
  }

  /**
   * Takes the newest value, in a bounded number of steps whatever the writer does.
   *
   * <p>First by name: pin what was current a moment ago. If it is current still, every later choice
   * of the writer sees the pin, and every earlier one avoided the buffer because it was current. If
   * it is not, ask: announce, look, and take what was seen, unless the writer met the announcement
   * first and took its own newest value for the reader. So a reader that stops between any two of
   * these steps holds at most one buffer, and one spare buffer per reader is enough ({@code
   * snapshot-pin.wm}, {@code snapshot-pinned-value.wm}).
   *
   * @param seen what the current word was
   * @return the word that is pinned, or that was current if it names no buffer
   */
  long take(long seen) {
    // Behind the fence of the store every load takes its time; these two would be among them.
    long pin = pinAddress;
    long current = currentAddress;
    Step.CURRENT_SEEN.reached();
    UnsafeApi.putLongVolatile(null, pin, seen);
    Step.PIN_TRIED.reached();
    return UnsafeApi.getLongVolatile(null, current) == seen ? seen : ask(pin, current);
  }

  /** See {@code snapshot-announce.wm}, {@code snapshot-answered.wm}. */
  private static long ask(long pin, long current) {
    UnsafeApi.putLongVolatile(null, pin, SnapshotLayout.ANNOUNCED);
    Step.PIN_ANNOUNCED.reached();
    long word = UnsafeApi.getLongVolatile(null, current);
    Step.PIN_CHOSEN.reached();
    if (UnsafeApi.compareAndSetLong(null, pin, SnapshotLayout.ANNOUNCED, word)) {
      return word;
    }
    return UnsafeApi.getLongVolatile(null, pin);
  }

  /**
   * Gives the buffer back. Everything that was read from it was read before ({@code
   * snapshot-release.wm}).
   */
  void release() {
    UnsafeApi.putLongRelease(null, pinAddress, SnapshotLayout.NONE);
  }
}
