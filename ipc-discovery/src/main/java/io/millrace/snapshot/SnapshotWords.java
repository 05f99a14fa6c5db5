package io.millrace.snapshot;

import org.agrona.UnsafeApi;

/**
 * The words of a header that writer and readers tell each other by; pins are in {@link Pin} and
 * {@link BufferChooser}. The caller has seen to it that the header is mapped.
 *
 * <p>All accesses are volatile: of two who each store first and then look for the other one, at
 * least one sees the other.
 */
final class SnapshotWords {
  private SnapshotWords() {}

  /**
   * The current word: a reader that sees it sees its value ({@code snapshot-publish.wm}), and one
   * that asked to be woken before sees a newer one or is woken ({@code snapshot-wake.wm}). While a
   * word is current its buffer is not touched ({@code snapshot-copy-current.wm}).
   */
  static long current(long header) {
    return UnsafeApi.getLongVolatile(null, header + SnapshotLayout.CURRENT_OFFSET);
  }

  /**
   * By the writer: the value before, all looks at pins and at the request behind it ({@code
   * snapshot-publish.wm}, {@code snapshot-pin.wm}, {@code snapshot-wake.wm}, {@code
   * snapshot-retired.wm}).
   */
  static void publish(long header, long word) {
    UnsafeApi.putLongVolatile(null, header + SnapshotLayout.CURRENT_OFFSET, word);
  }

  /** By the writer, behind {@link #publish} ({@code snapshot-wake.wm}). */
  static boolean isWakeRequested(long header) {
    return UnsafeApi.getIntVolatile(null, header + SnapshotLayout.WAKE_REQUESTED_OFFSET) != 0;
  }

  /** By a reader that is about to sleep, before it looks once more ({@code snapshot-wake.wm}). */
  static void requestWake(long header) {
    UnsafeApi.putIntVolatile(null, header + SnapshotLayout.WAKE_REQUESTED_OFFSET, 1);
  }

  /** By the writer, before it wakes ({@code snapshot-wake-cleared.wm}). */
  static void clearWakeRequest(long header) {
    UnsafeApi.putIntVolatile(null, header + SnapshotLayout.WAKE_REQUESTED_OFFSET, 0);
  }
}
