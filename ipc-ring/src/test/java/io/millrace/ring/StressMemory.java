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
    header.putLong(CAPACITY_OFFSET, CAPACITY);
    header.putLong(KEY_OFFSET, 0x5eed5eed5eed5eedL);
    header.putInt(PRODUCERS_OFFSET, PRODUCERS);
    header.putInt(GROUPS_OFFSET, GROUPS);
    header.putInt(CONSUMERS_OFFSET, CONSUMERS);
    header.putInt(WAITERS_OFFSET, WAITERS);
    UnsafeBuffer data = new UnsafeBuffer(SLAB, area * 2 * CAPACITY, 2 * CAPACITY);
    data.setMemory(0, 2 * CAPACITY, (byte) 0);
    RingMemory memory = new RingMemory(null, header, data);
    for (int i = 0; i < CONSUMERS; i++) {
      header.putLong(memory.consumerSlot(i) + IN_PROGRESS, NONE);
    }
    return memory;
  }

  /** With a shared group whose cursor is at 0. */
  static RingMemory withGroup() {
    RingMemory memory = create();
    new Group(memory, 0).open(GroupOptions.named("g").shared());
    memory.header.putInt(CONSUMER_BOUND_OFFSET, CONSUMERS);
    return memory;
  }
}
