package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes records into a ring. Made by {@link Ring#addProducer()}.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * io.millrace.ClosedException} once this producer or its ring was closed, {@link
 * io.millrace.ForeignThreadException} when a second thread uses it while the first one lives, and
 * {@link DamagedRingException} when the memory holds what no member writes.
 *
 * <p>Any thread may {@linkplain #close() close} it. If a thread other than its own does so, a claim
 * or a batch that is open can still be ended, and the producer leaves with it.
 *
 * <p>Any thread may {@linkplain #wakeup() wake} the thread that waits with it. An interrupt matters
 * to the calls that wait, and to no other: see {@link Waitable}.
 *
 * <p>If the process is killed inside any method, what was committed stays, and what was claimed and
 * not committed is skipped by the consumers.
 *
 * <p>The same holds if a method throws, whatever it throws: the source of a payload may be a mapped
 * file that was cut short, an encoder or a buffer of the application may fail, the stack or the
 * heap may be exhausted. The exception comes out of the method, what was claimed is given up, and
 * the producer can go on. (An error that the JVM reports late may come out of a method whose record
 * is committed already.) While such code of the application runs inside a method, it cannot use or
 * close this producer: that throws an {@link IllegalStateException} and changes nothing. It may use
 * other producers.
 */
public final class Producer extends RingHandle implements RecordSender {
  /**
   * Returned when there is no room now: the slowest group is a whole capacity behind. Finding that
   * out takes about a microsecond, in which the consumers are left alone.
   */
  public static final int BACK_PRESSURED = -1;

  private final RingCore core;
  private final MutableDirectBuffer data;
  private final ProducerClaim claim;
  private final GuardedWriter writes;
  private final int maxMessageLength;
  private final SpaceWait spaceWait;

  Producer(RingCore core, int index) {
    super("producer");
    this.core = core;
    claim = new ProducerClaim(core.memory, core.producers::isAlive, index);
    data = core.memory.data;
    maxMessageLength = core.memory.maxMessageLength;
    writes = new GuardedWriter(core, life, claim);
    spaceWait = new SpaceWait(this, core, claim);
  }

  /**
   * Writes one record.
   *
   * @param type the record's type, 0 or more
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxMessageLength()}
   * @return the position behind the record, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the source
   */
  public long offer(int type, DirectBuffer source, int offset, int length) {
    return writes.offer(type, source, offset, length);
  }

  /**
   * Writes one record whose payload is in two places.
   *
   * @param type the record's type, 0 or more
   * @param first where the first part is
   * @param firstOffset where it starts
   * @param firstLength its length in bytes
   * @param second where the second part is
   * @param secondOffset where it starts
   * @param secondLength its length in bytes
   * @return the position behind the record, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if the lengths or the type are out of range
   * @throws IndexOutOfBoundsException if a part is not within its source
   */
  public long offer(
      int type,
      DirectBuffer first,
      int firstOffset,
      int firstLength,
      DirectBuffer second,
      int secondOffset,
      int secondLength) {
    return writes.offer(type, first, firstOffset, firstLength, second, secondOffset, secondLength);
  }

  /** Writes one record in place, for {@link TypedProducer}. Returns false if there is no room. */
  <T> boolean offer(T message, int type, int length, RecordEncoder<? super T> encoder) {
    return writes.encode(message, type, length, encoder);
  }

  /**
   * Writes one record, and sleeps while there is no room.
   *
   * @param type the record's type, 0 or more
   * @param source where the payload is
   * @param offset where it starts there
   * @param length its length in bytes, 0 to {@link #maxMessageLength()}
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return the position behind the record, or {@link #BACK_PRESSURED} if there was no room in time
   *     or before {@link #wakeup()} or an interrupt of the calling thread, whose flag stays set,
   *     ended the wait: then nothing was written
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IndexOutOfBoundsException if the payload is not within the source
   * @throws NullPointerException if the source or the strategy is null
   */
  public long offer(
      int type, DirectBuffer source, int offset, int length, WaitStrategy wait, long timeoutNanos) {
    Objects.requireNonNull(wait, "wait");
    long end = offer(type, source, offset, length);
    if (end >= 0) {
      return end;
    }
    long start = System.nanoTime();
    long rest = timeoutNanos;
    while (end < 0 && rest > 0) {
      boolean goesOn = awaitSpace(length, wait, rest);
      end = offer(type, source, offset, length);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    noteWait(System.nanoTime() - start);
    return end;
  }

  /** Returns false if the wait was ended, and with it the call that waits. */
  boolean awaitSpace(int length, WaitStrategy wait, long timeoutNanos) {
    waitForSpace(length);
    return spaceWait.await(wait, timeoutNanos);
  }

  /** Leaves a trace of a long wait for room. */
  void noteWait(long nanos) {
    RingEvents.backPressured(claim.slot.index, nanos);
  }

  /**
   * Claims room for one record, to write the payload in place. Nothing else can be written through
   * this producer until {@link #commit(int)} or {@link #abort(int)}.
   *
   * @param type the record's type, 0 or more
   * @param length the payload's length in bytes, 0 to {@link #maxMessageLength()}
   * @return where the payload goes in {@link #buffer()}, or {@link #BACK_PRESSURED}
   * @throws IllegalArgumentException if length or type are out of range
   * @throws IllegalStateException if something is claimed already
   */
  @Override
  public int tryClaim(int type, int length) {
    return writes.claim(type, length);
  }

  /**
   * The memory that claimed payloads are written to. Only the claimed bytes may be touched. After
   * the ring is closed the buffer leads to memory without content.
   *
   * @return the buffer that indexes from {@link #tryClaim} are about
   */
  @Override
  public MutableDirectBuffer buffer() {
    if (!writes.isOpen()) {
      life.requireOpen();
    }
    return data;
  }

  /**
   * Makes the claimed record visible.
   *
   * @param index what {@link #tryClaim} returned
   * @return the position behind the record
   * @throws IllegalStateException if that is not claimed
   */
  @Override
  public long commit(int index) {
    return writes.commit(index);
  }

  /**
   * Gives the claimed record up: consumers skip it.
   *
   * @param index what {@link #tryClaim} returned
   * @throws IllegalStateException if that is not claimed
   */
  @Override
  public void abort(int index) {
    writes.abort(index);
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
    return writes.batch(records, length);
  }

  /**
   * The longest payload.
   *
   * @return half the capacity, in bytes
   */
  @Override
  public int maxMessageLength() {
    return maxMessageLength;
  }

  /**
   * What to wait for when the ring is full.
   *
   * @param length the length of the payload that is to be written next
   * @return something that is ready once there is room; it belongs to this producer, and what an
   *     earlier call returned is the same object
   * @throws IllegalArgumentException if the length is out of range
   */
  public Waitable waitForSpace(int length) {
    life.requireOpen();
    writes.check(0, length);
    writes.endOwed();
    return spaceWait.ofLength(recordLength(length));
  }

  /**
   * This producer, but its claims wait while there is no room, as {@link #offer(int, DirectBuffer,
   * int, int, WaitStrategy, long)} does.
   *
   * @param wait how to wait for room
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return a sender that writes through this producer, by the same thread
   * @throws NullPointerException if the strategy is null
   */
  public RecordSender waiting(WaitStrategy wait, long timeoutNanos) {
    return new WaitingSender(this, wait, timeoutNanos);
  }

  /** What it is doing is the mark that its thread is inside. */
  @Override
  boolean isInside() {
    return writes.isInside();
  }

  @Override
  void requireClosable() {
    if (writes.isBusy() && !life.hasOtherOwner() && !life.isClosed()) {
      throw writes.refusal();
    }
  }

  /** What its own thread leaves open when it closes is aborted, so is what a dead thread left. */
  @Override
  void closing() {
    // Its ring may be closed in the middle of a call, by what that calls: then the call goes on.
    if (!life.hasOtherOwner() && !writes.isBusy()) {
      writes.giveUpAll();
    }
    super.closing();
  }

  @Override
  void release() {
    Closing.closeAll(writes::giveUpAll, spaceWait::close, () -> core.left(this, this::leave));
  }

  private void leave() {
    core.producers.leave(claim.slot.index);
  }
}
