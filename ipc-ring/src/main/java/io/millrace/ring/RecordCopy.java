package io.millrace.ring;

import static io.millrace.ring.RingLayout.PADDING;

import java.lang.invoke.VarHandle;
import org.agrona.ExpandableArrayBuffer;

/** A copy of a record that nothing holds, so that others may write over it at any time. */
final class RecordCopy {
  private static final int INITIAL_CAPACITY = 512;

  final ExpandableArrayBuffer payload = new ExpandableArrayBuffer(INITIAL_CAPACITY);

  /** As it stands there, possible or not. */
  int length;

  int type;

  /** What the tail was behind the copy. */
  long tail;

  private final RingMemory memory;
  private final RecordHeader headers;

  RecordCopy(RingMemory memory) {
    this.memory = memory;
    headers = memory.records;
  }

  /**
   * Copies the record at a position where one is committed.
   *
   * <p>Litmus claims: {@code ring-observer-padding.wm}, {@code ring-observer.wm}.
   *
   * @return true if the copy is whole: the record, and nothing of what was written over it
   */
  boolean take(long position) {
    length = headers.foundLength(position);
    type = headers.type(position);
    if (isPossible() && type != PADDING) {
      payload.putBytes(0, memory.data, headers.payloadIndex(position), length);
    }
    // A producer moves the tail before it writes: with the tail still in reach, all was whole.
    // Pairs with RingWords.orderRecordBehindTail.
    VarHandle.acquireFence();
    tail = memory.words.tail();
    return tail - position <= memory.capacity;
  }

  boolean isPossible() {
    return headers.isPossible(length);
  }
}
