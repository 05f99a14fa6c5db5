package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes records into a ring. Made by {@link Ring#addProducer()}.
 *
 * <p>Used by one thread at a time. Every method throws {@link
 * net.openhft.chronicle.core.io.ClosedIllegalStateException} after {@link #close()} and {@link
 * net.openhft.chronicle.core.io.ThreadingIllegalStateException} when a second thread uses it while
 * the first one lives.
 *
 * <p>If the process is killed inside any method, what was committed stays, and what was claimed and
 * not committed is skipped by the consumers.
 */
public final class Producer extends RingHandle {
  /**
   * There is no room now: the slowest group is a whole capacity behind. Finding that out takes
   * about a microsecond, in which the consumers are left alone.
   */
  public static final int BACK_PRESSURED = -1;

  private static final int NOTHING_CLAIMED = -1;

  /** No payload can be at this index. */
  private static final int BATCH_CLAIMED = 0;

  private final Ring ring;
  private final UnsafeBuffer data;
  private final RawMemory header;
  private final Signals signals;
  private final ProducerSlot slot;
  private final RecordWriter writer;
  private final int maxMessageLength;
  private final int counters;
  private final Batch batch = new Batch(this);
  private final SpaceWait spaceWait;
  private int claimedIndex = NOTHING_CLAIMED;
  private long claimedPosition;
  private int claimedLength;

  Producer(Ring ring, ProducerSlot slot) {
    RingMemory memory = ring.memory();
    this.ring = ring;
    this.slot = slot;
    data = memory.data;
    header = memory.rawHeader;
    signals = ring.signals();
    writer = new RecordWriter(memory);
    maxMessageLength = memory.maxMessageLength;
    counters = producerSlot(slot.index);
    spaceWait = new SpaceWait(this, ring, slot);
  }

  /**
   * Writes one record.
   *
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxMessageLength()}
   * @param type the record's type, 0 or more
   * @return the position behind the record, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the source
   */
  public long offer(DirectBuffer source, int offset, int length, int type) {
    check(length, type);
    // Before anything is claimed: a claim that nobody commits would stop everybody.
    source.boundsCheck(offset, length);
    int recordLength = recordLength(length);
    long position = claim(recordLength);
    if (position < 0) {
      return BACK_PRESSURED;
    }
    writer.write(position, source, offset, length, type);
    committed(1, length);
    return position + recordLength;
  }

  /**
   * Writes one record whose payload is in two places.
   *
   * @param first where the first part is
   * @param firstOffset where it starts
   * @param firstLength its length in bytes
   * @param second where the second part is
   * @param secondOffset where it starts
   * @param secondLength its length in bytes
   * @param type the record's type, 0 or more
   * @return the position behind the record, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if the lengths or the type are out of range
   * @throws IndexOutOfBoundsException if a part is not within its source
   */
  public long offer(
      DirectBuffer first,
      int firstOffset,
      int firstLength,
      DirectBuffer second,
      int secondOffset,
      int secondLength,
      int type) {
    if (firstLength < 0 || secondLength < 0 || firstLength > maxMessageLength - secondLength) {
      throw new IllegalArgumentException(
          "lengths "
              + firstLength
              + " and "
              + secondLength
              + " are not 0 or more, and together up to "
              + maxMessageLength);
    }
    first.boundsCheck(firstOffset, firstLength);
    second.boundsCheck(secondOffset, secondLength);
    int index = tryClaim(firstLength + secondLength, type);
    if (index < 0) {
      return BACK_PRESSURED;
    }
    data.putBytes(index, first, firstOffset, firstLength);
    data.putBytes(index + firstLength, second, secondOffset, secondLength);
    long end = claimedPosition + recordLength(claimedLength);
    commit(index);
    return end;
  }

  /**
   * Writes one record, and sleeps while there is no room.
   *
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxMessageLength()}
   * @param type the record's type, 0 or more
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds
   * @return the position behind the record, or {@link #BACK_PRESSURED} if there was no room in time
   * @throws IllegalArgumentException if length or type are out of range
   */
  public long offer(
      DirectBuffer source, int offset, int length, int type, WaitStrategy wait, long timeoutNanos) {
    long end = offer(source, offset, length, type);
    if (end >= 0) {
      return end;
    }
    long start = System.nanoTime();
    long waited = 0;
    while (end < 0 && waited < timeoutNanos) {
      wait.await(waitForSpace(length), timeoutNanos - waited);
      end = offer(source, offset, length, type);
      waited = System.nanoTime() - start;
    }
    noteWait(waited);
    return end;
  }

  /** Leaves a trace of a long wait for room. */
  void noteWait(long nanos) {
    RingEvents.backPressured(slot.index, nanos);
  }

  /**
   * Claims room for one record, to write the payload in place. Nothing else can be written through
   * this producer until {@link #commit(int)} or {@link #abort(int)}.
   *
   * @param length the payload's length in bytes, 0 to {@link #maxMessageLength()}
   * @param type the record's type, 0 or more
   * @return where the payload goes in {@link #buffer()}, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IllegalStateException if something is claimed already
   */
  public int tryClaim(int length, int type) {
    check(length, type);
    long position = claim(recordLength(length));
    if (position < 0) {
      return BACK_PRESSURED;
    }
    claimedPosition = position;
    claimedLength = length;
    claimedIndex = writer.begin(position, length, type);
    return claimedIndex;
  }

  /**
   * The memory that claimed payloads are written to. Only the claimed bytes may be touched.
   *
   * @return the buffer that indexes from {@link #tryClaim} are about
   */
  public MutableDirectBuffer buffer() {
    return data;
  }

  /**
   * Makes the claimed record visible.
   *
   * @param index what {@link #tryClaim} returned
   * @throws IllegalStateException if that is not claimed
   */
  public void commit(int index) {
    checkClaimed(index);
    writer.commit(claimedPosition);
    claimedIndex = NOTHING_CLAIMED;
    committed(1, claimedLength);
  }

  /**
   * Gives the claimed record up: consumers skip it.
   *
   * @param index what {@link #tryClaim} returned
   * @throws IllegalStateException if that is not claimed
   */
  public void abort(int index) {
    checkClaimed(index);
    writer.pad(claimedPosition, recordLength(claimedLength));
    claimedIndex = NOTHING_CLAIMED;
    committed(0, 0);
  }

  /**
   * Claims room for many records at once.
   *
   * @param records how many, at least 1
   * @param length the length of the longest payload among them, in bytes
   * @return the batch, to be filled and closed, or {@code null} if there is no room now. It belongs
   *     to this producer and is used again for the next batch.
   * @throws IllegalArgumentException if that is more than half the capacity
   * @throws IllegalStateException if something is claimed already
   */
  public Batch tryBatch(int records, int length) {
    check(length, 0);
    long needed = (long) records * recordLength(length);
    if (records < 1 || needed > recordLength(maxMessageLength)) {
      throw new IllegalArgumentException(
          records
              + " records of "
              + length
              + " bytes need "
              + needed
              + " bytes, a batch can have "
              + recordLength(maxMessageLength));
    }
    long position = claim((int) needed);
    if (position < 0) {
      return null;
    }
    claimedPosition = position;
    claimedIndex = BATCH_CLAIMED;
    batch.begin(position, (int) needed);
    return batch;
  }

  /**
   * The longest payload.
   *
   * @return half the capacity, in bytes
   */
  public int maxMessageLength() {
    return maxMessageLength;
  }

  /**
   * What to wait for when the ring is full.
   *
   * @param length the length of the payload that is to be written next
   * @return something that is ready once there is room; it belongs to this producer, and what an
   *     earlier call returned is the same object
   */
  public Waitable waitForSpace(int length) {
    throwExceptionIfClosed();
    return spaceWait.ofLength(recordLength(length));
  }

  /** One record of a batch: written and visible at once, in the order of the batch. */
  void add(long position, DirectBuffer source, int offset, int length, int type) {
    check(length, type);
    source.boundsCheck(offset, length);
    writer.write(position, source, offset, length, type);
    Steps.reached(BATCH_RECORD_COMMITTED);
  }

  /** The end of a batch: what was not used of it becomes padding. */
  void endBatch(long position, long end, int written, long writtenBytes) {
    if (position < end) {
      writer.pad(position, (int) (end - position));
    }
    claimedIndex = NOTHING_CLAIMED;
    committed(written, writtenBytes);
  }

  private void check(int length, int type) {
    throwExceptionIfClosed();
    if (length < 0 || length > maxMessageLength) {
      throw new IllegalArgumentException(
          "a message of " + length + " bytes; the limit of this ring is " + maxMessageLength);
    }
    if (type < 0) {
      throw new IllegalArgumentException("a record's type is 0 or more, not " + type);
    }
  }

  private long claim(int recordLength) {
    if (claimedIndex != NOTHING_CLAIMED) {
      throw new IllegalStateException("the last claim is neither committed nor aborted");
    }
    long position = slot.claim(recordLength);
    if (position < 0) {
      header.addLongOpaque(counters + BACK_PRESSURES, 1);
      ring.evictDead();
    }
    return position;
  }

  private void checkClaimed(int index) {
    throwExceptionIfClosed();
    if (index != claimedIndex || index <= BATCH_CLAIMED) {
      throw new IllegalStateException("nothing is claimed at index " + index);
    }
  }

  private void committed(int count, long length) {
    header.addLongOpaque(counters + PRODUCED_RECORDS, count);
    header.addLongOpaque(counters + PRODUCED_BYTES, length);
    int woken = signals.recordCommitted();
    if (woken > 0) {
      header.addLongOpaque(counters + PRODUCER_WAKE_UPS, woken);
    }
  }

  /** Leaves the ring; an open claim is aborted. */
  @Override
  protected void performClose() {
    if (batch.isOpen()) {
      batch.end();
    } else if (claimedIndex != NOTHING_CLAIMED) {
      writer.pad(claimedPosition, recordLength(claimedLength));
      signals.recordCommitted();
    }
    spaceWait.close();
    ring.leaveProducer(slot.index);
  }
}
