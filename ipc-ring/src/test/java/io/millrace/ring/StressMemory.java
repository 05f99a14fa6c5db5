package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A ring's memory, small enough for thousands of them: the stress tests run the real code over it.
 * Its capacity is far below what a real ring may have.
 */
final class StressMemory {
  static final int CAPACITY = 256;
  private static final int PRODUCERS = 2;
  private static final int GROUPS = 1;
  private static final int CONSUMERS = 2;
  private static final int WAITERS = 1;

  private static final RingGeometry GEOMETRY =
      new RingGeometry(CAPACITY, 0, 0x5eed5eed5eed5eedL, PRODUCERS, GROUPS, CONSUMERS, WAITERS);

  /** Of the data areas, one behind the other; used again from the start when all were used. */
  private static final UnsafeBuffer SLAB =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(1 << 25, ALIGNMENT));

  private static final int HEADER_LENGTH =
      RingLayout.headerLength(PRODUCERS, GROUPS, CONSUMERS, WAITERS, PRODUCER_SLOT_LENGTH);

  private static final int AREAS = SLAB.capacity() / (2 * CAPACITY);

  /** Of the headers, likewise: memory outside the heap, as a ring's is. */
  private static final UnsafeBuffer HEADERS =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(AREAS * HEADER_LENGTH, ALIGNMENT));

  private static final AtomicInteger NEXT = new AtomicInteger();

  private StressMemory() {}

  static RingMemory create() {
    int area = (NEXT.getAndIncrement() & Integer.MAX_VALUE) % AREAS;
    UnsafeBuffer header = new UnsafeBuffer(HEADERS, area * HEADER_LENGTH, HEADER_LENGTH);
    header.setMemory(0, HEADER_LENGTH, (byte) 0);
    UnsafeBuffer data = new UnsafeBuffer(SLAB, area * 2 * CAPACITY, 2 * CAPACITY);
    data.setMemory(0, 2 * CAPACITY, (byte) 0);
    RingMemory memory = new RingMemory(null, GEOMETRY, header, data);
    for (ConsumerSlot slot : memory.consumers) {
      slot.showNone();
    }
    return memory;
  }

  /** With a shared group whose cursor is at 0. */
  static RingMemory withGroup() {
    RingMemory memory = create();
    Group.all(memory)[0].open(GroupOptions.named("g").shared());
    memory.words.raiseConsumerBound(CONSUMERS - 1);
    return memory;
  }
}
