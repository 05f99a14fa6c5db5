package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads records as a member of a group. Made by {@link Ring#addConsumer(GroupOptions)}.
 *
 * <p>Used by one thread at a time. Every method throws {@link
 * net.openhft.chronicle.core.io.ClosedIllegalStateException} after {@link #close()}, {@link
 * net.openhft.chronicle.core.io.ThreadingIllegalStateException} when a second thread uses it while
 * the first one lives, and {@link RingCorruptedException} when the memory holds what no producer
 * writes.
 *
 * <p>If the process is killed while it handles a record, another consumer of the group, or the next
 * to join, gets that record again, marked as redelivery.
 */
public abstract sealed class Consumer extends RingHandle permits ExclusiveConsumer, SharedConsumer {
  final Ring ring;
  final RingMemory memory;
  final UnsafeBuffer header;
  final RawMemory rawHeader;
  final RawMemory rawData;
  final UnsafeBuffer data;
  final long key;
  final int mask;
  final int index;
  final int slot;
  final Group group;
  final IdleWatch idle;
  private final DataWait dataWait;
  private long records;
  private long bytes;

  Consumer(Ring ring, Group group, int index) {
    this.ring = ring;
    this.group = group;
    this.index = index;
    memory = ring.memory();
    header = memory.header;
    data = memory.data;
    rawHeader = memory.rawHeader;
    rawData = memory.rawData;
    key = memory.key;
    mask = memory.mask;
    slot = memory.consumerSlot(index);
    idle = new IdleWatch(this);
    dataWait = new DataWait(this);
  }

  /**
   * Delivers records that are there, and returns without waiting for more. Only where it has caught
   * up with producers in full flow, the only consumer of a group leaves them alone for about a
   * microsecond before it returns, which makes both faster.
   *
   * @param handler receives them; what it throws comes out of this method, and the record stays. It
   *     may not close this consumer
   * @param limit how many at most
   * @return how many were delivered, 0 if there is none now
   */
  public abstract int poll(RecordHandler handler, int limit);

  /**
   * Delivers records that are there, as long as the handler wants.
   *
   * @param handler receives them and says how to go on
   * @param limit how many at most
   * @return how many were delivered and not aborted
   */
  public abstract int controlledPoll(ControlledRecordHandler handler, int limit);

  /**
   * Delivers records, and waits for the first one if there is none.
   *
   * @param handler receives them
   * @param limit how many at most
   * @param wait how to wait
   * @param timeoutNanos how long at most, in nanoseconds; {@link Waitable#FOREVER} for no limit
   * @return how many were delivered, 0 if none came in time
   */
  public final int poll(RecordHandler handler, int limit, WaitStrategy wait, long timeoutNanos) {
    long start = System.nanoTime();
    long rest = timeoutNanos;
    int count = poll(handler, limit);
    while (count == 0 && rest > 0) {
      // Ready may also mean padding, or that another consumer of the group is faster.
      wait.await(dataWait, rest);
      count = poll(handler, limit);
      if (timeoutNanos != Waitable.FOREVER) {
        rest = timeoutNanos - (System.nanoTime() - start);
      }
    }
    return count;
  }

  /**
   * What to wait for when there is no record.
   *
   * @return something that is ready once {@link #poll} has something to do
   */
  public final Waitable waitForRecords() {
    throwExceptionIfClosed();
    return dataWait;
  }

  /**
   * The name of the group.
   *
   * @return the name
   */
  public final String group() {
    return group.name();
  }

  /**
   * How far the group has come: everything before this position is handled or in somebody's hand.
   *
   * @return the position in bytes from the start of the stream
   */
  public final long position() {
    throwExceptionIfClosed();
    return group.position();
  }

  /** The position of the record that this consumer would take next. */
  abstract long nextPosition();

  /** Before a claim at this position is settled: keeps the memory there from being reused. */
  abstract void holdForRecovery(long position);

  /** After it. */
  abstract void releaseAfterRecovery();

  /** Looks for what dead members of the group have left. Returns true if there is work to do. */
  abstract boolean findOrphans();

  /** A committed record's payload length, checked: whatever is in memory, reading it is safe. */
  final int checkedLength(int at, long position) {
    int length = rawData.getInt(at + RECORD_LENGTH);
    if (length < 0 || length > memory.maxClaim - RECORD_HEADER_LENGTH) {
      throw impossibleLength(position, length);
    }
    return length;
  }

  private RingCorruptedException impossibleLength(long position, int length) {
    return new RingCorruptedException(
        "the record at position " + position + " has an impossible length: " + length);
  }

  /** Keeps the counts, and tells producers that wait for room. */
  final void consumed(int count, long length) {
    records += count;
    bytes += length;
    rawHeader.putLongOpaque(slot + CONSUMED_RECORDS, records);
    rawHeader.putLongOpaque(slot + CONSUMED_BYTES, bytes);
    wakeProducers();
  }

  /** Tells producers that wait for room. */
  final void wakeProducers() {
    int woken = ring.signals().spaceFreed();
    if (woken > 0) {
      header.addLongOpaque(slot + CONSUMER_WAKE_UPS, woken);
    }
  }

  /** Leaves the group. A record in hand goes to another consumer. */
  @Override
  protected void performClose() {
    dataWait.close();
    leave();
  }

  abstract void leave();

  /** The record that the group gets next may have been handled by a consumer before. */
  abstract boolean owesRedelivery();

  /** Hands a record to either kind of handler. */
  static void deliver(
      RecordHandler handler,
      boolean redelivered,
      int type,
      DirectBuffer buffer,
      int at,
      int length) {
    if (redelivered) {
      handler.onRedelivery(type, buffer, at + RECORD_HEADER_LENGTH, length);
    } else {
      handler.onRecord(type, buffer, at + RECORD_HEADER_LENGTH, length);
    }
  }
}
