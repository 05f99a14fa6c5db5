package io.millrace.bridge;

import org.agrona.collections.LongArrayQueue;

/** What was sent of one source, and whether the archive has it. */
final class Sent {
  private static final long NONE = -1;

  final BridgedSource source;

  /** It was described in this run. */
  boolean isDescribed;

  boolean hasEnded;

  /** It had a record that no producer writes, and this was told. */
  boolean isDamaged;

  // Of records that are not confirmed, by turns: where it is in its ring, where it ends in the
  // stream.
  private final LongArrayQueue positions = new LongArrayQueue(NONE);
  private final LongArrayQueue ends = new LongArrayQueue(NONE);

  Sent(BridgedSource source) {
    this.source = source;
  }

  void add(long position, long end) {
    positions.addLong(position);
    ends.addLong(end);
  }

  /** The position of the last record that the archive has now and had not before, or below 0. */
  long takeConfirmed(long recorded) {
    long last = NONE;
    while (!ends.isEmpty() && ends.peekLong() <= recorded) {
      ends.pollLong();
      last = positions.pollLong();
    }
    return last;
  }

  boolean isConfirmed() {
    return ends.isEmpty();
  }
}
