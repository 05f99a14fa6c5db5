package io.millrace.ring;

import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads records as a member of a group. Made by {@link Ring#addConsumer(GroupOptions)}.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * io.millrace.ClosedException} once this consumer or its ring was closed, {@link
 * io.millrace.ForeignThreadException} when a second thread uses it while the first one lives, and
 * {@link DamagedRingException} when the memory holds what no producer writes.
 *
 * <p>Any thread may {@linkplain #close() close} it, ask for its {@link #group()} and {@link
 * #position()}, and {@linkplain #wakeup() wake} the thread that waits with it. A delivery that is
 * under way ends after the record whose handler is running.
 *
 * <p>A handler may use all other handles, even those of the same ring: it may offer, and poll
 * another consumer. On the consumer that is delivering to it, it may call only the methods just
 * named; all others throw {@link IllegalStateException} and change nothing. It may close the ring:
 * then its record is done, and is the last one that this consumer delivers.
 *
 * <p>An interrupt matters to the calls that wait, and to no other: see {@link Waitable}.
 *
 * <p>If the process is killed while it handles a record, another consumer of the group, or the next
 * to join, gets that record again, marked as redelivery. That holds for every kind of group; but
 * one that is not {@linkplain GroupOptions#retained() retained} and has no consumer left gives way
 * to producers that need its space, and to members that need its place. Then its records are lost.
 *
 * <p>Closing waits for nobody, whatever other processes are doing.
 */
public abstract sealed class Consumer extends RingHandle permits ExclusiveConsumer, SharedConsumer {
  final RingCore core;
  final RingMemory memory;
  final RecordHeader headers;
  final UnsafeBuffer data;
  final ConsumerSlot slot;
  final Group group;
  final IdleWatch idle;
  private final String groupName;
  private final DataWait dataWait;
  private long records;
  private long bytes;

  Consumer(RingCore core, Group group, int index) {
    super("consumer");
    groupName = group.slot.name();
    this.core = core;
    this.group = group;
    memory = core.memory;
    headers = memory.records;
    data = memory.data;
    slot = memory.consumers[index];
    idle = new IdleWatch(this);
    dataWait = new DataWait(this);
  }

  /**
   * Delivers records that are there, and returns without waiting for more. The only consumer of a
   * group, when it has caught up with producers in full flow, leaves them alone for a few
   * microseconds, which makes both sides faster. Claims that were given up are passed over, and do
   * not count; of those that come meanwhile not more than the ring holds.
   *
   * @param handler receives them; what it throws comes out of this method, and the record stays. It
   *     may not close this consumer
   * @param limit how many at most; less than 1 delivers nothing
   * @return how many were delivered, 0 if there is none now
   * @throws NullPointerException if the handler is null
   */
  public abstract int poll(RecordHandler handler, int limit);

  /**
   * Delivers records that are there, as long as the handler wants.
   *
   * @param handler receives them and says how to go on
   * @param limit how many at most; less than 1 delivers nothing
   * @return how many were delivered and not aborted
   * @throws NullPointerException if the handler is null
   */
  public abstract int controlledPoll(ControlledRecordHandler handler, int limit);

  /**
   * Delivers records, and waits for the first one if there is none. {@link #wakeup()} and an
   * interrupt of the calling thread, also ones that came before, end the wait at once; the
   * interrupt's flag stays set.
   *
   * @param handler receives them; as for {@link #poll(RecordHandler, int)}
   * @param limit how many at most; less than 1 delivers nothing and waits for nothing
   * @param wait how to wait
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return how many were delivered, 0 if none came in time or before the wait was ended
   * @throws NullPointerException if the handler or the strategy is null
   */
  public final int poll(RecordHandler handler, int limit, WaitStrategy wait, long timeoutNanos) {
    Objects.requireNonNull(wait, "wait");
    long start = System.nanoTime();
    long rest = limit < 1 ? 0 : timeoutNanos;
    int count = poll(handler, limit);
    while (count == 0 && rest > 0) {
      // Ready may also mean padding, or that another consumer of the group is faster.
      boolean goesOn = dataWait.await(wait, rest);
      count = poll(handler, limit);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    return count;
  }

  /**
   * What to wait for when there is no record.
   *
   * @return something that is ready once {@link #poll} has something to do
   */
  public final Waitable waitForRecords() {
    life.requireOpen();
    return dataWait;
  }

  /**
   * The name of the group. Any thread may ask, also after the close.
   *
   * @return the name
   */
  public final String group() {
    return groupName;
  }

  /**
   * How far the group has come: everything before this position is handled or in a consumer's hand.
   * Any thread may ask.
   *
   * @return the position in bytes from the start of the stream
   */
  public final long position() {
    life.enterAsGuest();
    try {
      return group.position();
    } finally {
      life.exitAsGuest();
    }
  }

  /**
   * The position of the record that is being handled. For handlers. Together with {@link Ring#id()}
   * it is the record's number: no other record has it, and it is the same when the record comes
   * again.
   *
   * @return the position of its first byte, from the start of the stream
   * @throws IllegalStateException outside a handler
   */
  public final long recordPosition() {
    life.requireOwner();
    if (!isInside()) {
      throw new IllegalStateException(
          "recordPosition() is for handlers: no record is being handled");
    }
    return handledPosition();
  }

  /**
   * Says that a record is done, and all before it: their room is free for producers. For groups
   * that are {@linkplain GroupOptions#acknowledged() acknowledged}. What was delivered and not
   * acknowledged holds producers back, and comes again when this consumer is killed or closed,
   * marked as redelivery.
   *
   * @param recordPosition the {@linkplain #recordPosition() position} of the record; one that is
   *     acknowledged already changes nothing
   * @throws IllegalArgumentException if no record at that position was delivered
   * @throws IllegalStateException if the group is not an acknowledged one, or inside a handler
   */
  public final void acknowledge(long recordPosition) {
    enterOutsideHandlers();
    try {
      acknowledgeNow(recordPosition);
    } finally {
      life.exit();
    }
  }

  abstract void acknowledgeNow(long recordPosition);

  /** Asked by the handler of a record. */
  abstract long handledPosition();

  /** Those of whom one is woken for each record, or {@link RingLayout#NO_QUEUE}. */
  abstract int queue();

  /** There are others in the queue. */
  abstract boolean hasRivals();

  /** One was woken for all: this consumer wakes another if there is more than it takes. */
  abstract void owePassingOn();

  /** The position of the record that this consumer would take next. */
  abstract long nextPosition();

  /** Before a claim at this position is settled: keeps the memory there from being reused. */
  abstract void holdForRecovery(long position);

  /** After it. */
  abstract void releaseAfterRecovery();

  /** Looks for what dead members of the group have left. Returns true if there is work to do. */
  abstract boolean findOrphans();

  /** Keeps the counts, and tells producers that wait for room. */
  final void consumed(int count, long length) {
    records += count;
    bytes += length;
    slot.setConsumed(records, bytes);
    wakeProducers();
  }

  /** Tells producers that wait for room. */
  final void wakeProducers() {
    int woken = core.signals.spaceFreed();
    if (woken > 0) {
      slot.countWakeUps(woken);
    }
  }

  /** Leaves the group. A record in hand goes to another consumer. */
  @Override
  final void release() {
    Closing.closeAll(dataWait::close, () -> core.left(this, this::leave));
  }

  private void leave() {
    core.consumers.leave(slot.index, group, owesRedelivery(), holdsRecord());
  }

  /** The record that the group gets next may have been handled by this consumer before. */
  abstract boolean owesRedelivery();

  /** Its slot shows a record that it could not handle, for another one to take over. */
  abstract boolean holdsRecord();

  /** Hands a record to either kind of handler. */
  static void deliver(
      RecordHandler handler,
      boolean redelivered,
      int type,
      DirectBuffer buffer,
      int offset,
      int length) {
    if (redelivered) {
      handler.onRedelivery(type, buffer, offset, length);
    } else {
      handler.onRecord(type, buffer, offset, length);
    }
  }
}
