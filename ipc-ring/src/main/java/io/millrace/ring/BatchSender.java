package io.millrace.ring;

import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes records into the batches of one producer. Each is put together in a buffer of this sender,
 * because what is added to a batch is visible at once.
 */
final class BatchSender implements RecordSender {
  private static final int NOTHING = -1;

  private final GuardedWriter writes;
  private final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
  private int claimedLength = NOTHING;
  private int claimedType;

  BatchSender(GuardedWriter writes) {
    this.writes = writes;
  }

  @Override
  public int tryClaim(int type, int length) {
    if (claimedLength != NOTHING) {
      throw new IllegalStateException("the last claim is neither committed nor aborted");
    }
    if (!writes.hasRoom(type, length)) {
      return BACK_PRESSURED;
    }
    buffer.checkLimit(length);
    claimedLength = length;
    claimedType = type;
    return 0;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return buffer;
  }

  @Override
  public long commit(int index) {
    requireClaimed(index);
    int length = claimedLength;
    claimedLength = NOTHING;
    return writes.add(claimedType, buffer, 0, length) ? writes.position : BACK_PRESSURED;
  }

  @Override
  public void abort(int index) {
    requireClaimed(index);
    claimedLength = NOTHING;
  }

  private void requireClaimed(int index) {
    if (claimedLength == NOTHING || index != 0) {
      throw new IllegalStateException("nothing is claimed at index " + index);
    }
  }

  @Override
  public int maxMessageLength() {
    return writes.maxMessageLength;
  }
}
