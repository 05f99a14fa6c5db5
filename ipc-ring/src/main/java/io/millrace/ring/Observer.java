package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Reads the stream without being a member: it holds nobody back, is in no group, and is told when
 * it was overrun. Made by {@link Ring#addObserver()}.
 *
 * <p>Records are copied out before the handler gets them, and checked to be whole after that.
 *
 * <p>Used by one thread; another one may use it when that one has ended. Every method throws {@link
 * io.millrace.ClosedException} once this observer or its ring was closed, {@link
 * io.millrace.ForeignThreadException} when a second thread uses it while the first one lives, and
 * {@link DamagedRingException} when the memory holds what no member writes. Any thread may
 * {@linkplain #close() close} it and {@linkplain #wakeup() wake} the thread that waits with it.
 */
public final class Observer extends RingHandle {
  /** A claim that is younger is most likely just being written. */
  private static final long HOLE_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final RingCore core;
  private final RingMemory memory;
  private final RecordHeader headers;
  private final RecordCopy record;
  private final IdleCount idles = new IdleCount(true);
  private final ObserverWait wait;
  private long hole = NONE;
  private long holeSince;
  private long position;
  private long lostBytes;
  private long knownLostRecords;

  /** Where a handler threw: that record comes again. */
  private long retryPosition = NONE;

  Observer(RingCore core) {
    super("observer");
    this.core = core;
    memory = core.memory;
    headers = memory.records;
    record = new RecordCopy(memory);
    position = memory.words.tail();
    wait = new ObserverWait(this, core);
  }

  /**
   * Delivers records that are there, and returns without waiting.
   *
   * @param handler receives copies of them; what it throws comes out of this method, and the record
   *     comes again if it is not overwritten meanwhile
   * @param limit how many at most; less than 1 delivers nothing
   * @return how many were delivered
   * @throws NullPointerException if the handler is null
   */
  public int poll(RecordHandler handler, int limit) {
    Objects.requireNonNull(handler, "handler");
    enterDelivery();
    try {
      return deliver(handler, limit);
    } finally {
      exitDelivery();
    }
  }

  /**
   * Delivers records, and waits for the first one if there is none, as {@link
   * Consumer#poll(RecordHandler, int, WaitStrategy, long)} does. A sleeping observer costs a
   * producer one system call, as every sleeper does; it holds nobody back.
   *
   * @param handler receives copies of them; as for {@link #poll(RecordHandler, int)}
   * @param limit how many at most; less than 1 delivers nothing and waits for nothing
   * @param strategy how to wait
   * @param timeoutNanos how long at most, in nanoseconds; 0 or less does not wait, {@link
   *     Waitable#FOREVER} waits without a limit
   * @return how many were delivered, 0 if none came in time or before the wait was ended
   * @throws NullPointerException if the handler or the strategy is null
   */
  public int poll(RecordHandler handler, int limit, WaitStrategy strategy, long timeoutNanos) {
    Objects.requireNonNull(strategy, "strategy");
    long start = System.nanoTime();
    long rest = limit < 1 ? 0 : timeoutNanos;
    int count = poll(handler, limit);
    while (count == 0 && rest > 0) {
      boolean goesOn = wait.await(strategy, rest);
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
  public Waitable waitForRecords() {
    life.requireOpen();
    return wait;
  }

  private int deliver(RecordHandler handler, int limit) {
    int count = 0;
    while (count < limit && !life.isClosed()) {
      if (!headers.isCommitted(position)) {
        if (count == 0 && idles.isTimeToLook() && isPassable()) {
          continue;
        }
        return count;
      }
      idles.reset();
      if (!record.take(position)) {
        knownLostRecords++;
        resynchronize(record.tail);
        continue;
      }
      if (!record.isPossible()) {
        throw headers.impossibleLength(position, record.length);
      }
      int length = record.length;
      if (record.type != PADDING) {
        deliver(handler, record.type, length);
        count++;
      }
      position += recordLength(length);
    }
    return count;
  }

  /** Something can be read here. */
  boolean isThere() {
    return headers.isCommitted(position);
  }

  long nextPosition() {
    return position;
  }

  /** For those who only look: like an empty poll. */
  boolean goesOnBehindHole() {
    return idles.isTimeToLook() && isPassable();
  }

  /** For those who sleep. */
  void passHole() {
    if (!isThere()) {
      isPassable();
    }
  }

  /** Tells whether what is missing will never come, and goes on behind it. */
  private boolean isPassable() {
    long tail = memory.words.tail();
    if (tail - position > memory.capacity) {
      resynchronize(tail);
      return true;
    }
    if (tail <= position) {
      return false;
    }
    long now = System.nanoTime();
    if (hole != position) {
      hole = position;
      holeSince = now;
    }
    if (now - holeSince < HOLE_AGE_NANOS) {
      return false;
    }
    holeSince = now;
    long end = core.recovery.lostClaimEnd(position);
    // Behind it, as behind a copy: nothing holds what it looked at, so it may have been newer.
    tail = memory.words.tail();
    if (tail - position > memory.capacity) {
      resynchronize(tail);
      return true;
    }
    if (end == NONE) {
      return false;
    }
    position = end; // Nothing was committed there: nothing is lost.
    return true;
  }

  private void deliver(RecordHandler handler, int type, int length) {
    boolean again = retryPosition == position;
    retryPosition = position;
    if (again) {
      handler.onRedelivery(type, record.payload, 0, length);
    } else {
      handler.onRecord(type, record.payload, 0, length);
    }
    retryPosition = NONE;
  }

  /** Goes on at the newest boundary that is certain to be one: what is between is lost. */
  private void resynchronize(long tail) {
    lostBytes += tail - position;
    position = tail;
  }

  /**
   * Where the observer is.
   *
   * @return the position of the next record, in bytes from the start of the stream
   */
  public long position() {
    requireUsable();
    return position;
  }

  /**
   * How much was overwritten before this observer saw it.
   *
   * @return bytes of the stream, headers and padding included; exact
   */
  public long lostBytes() {
    requireUsable();
    return lostBytes;
  }

  /**
   * How many records are known to be among the lost bytes. There were probably more.
   *
   * @return a lower bound
   */
  public long knownLostRecords() {
    requireUsable();
    return knownLostRecords;
  }

  private void requireUsable() {
    life.requireOwner();
    life.requireOpen();
  }

  @Override
  void release() {
    Closing.closeAll(wait::close, () -> core.left(this, null));
  }
}
