package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import io.millrace.os.LifeCycle;
import java.lang.invoke.VarHandle;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All that a producer does, so that whatever is thrown between claim and commit, nothing stays
 * claimed: each operation that throws gives up what it claimed, or the next one does.
 *
 * <p>It is the {@link OpenClaim} itself, not a user of one, and what it is doing is the mark by
 * which its {@link LifeCycle} knows that the producer's thread is inside: each store and each
 * pointer on the way of a record would be noticed.
 *
 * <p>All operations have the same form. Nothing is called where a handler could not know whether
 * the mark is set, or whether something is claimed: an exhausted stack makes any call throw. The
 * rare ways are methods of their own, which keeps the common one short enough to be compiled into
 * its callers.
 */
final class GuardedWriter extends OpenClaim {
  /** A batch has less than 4 GiB. */
  private static final int RECORDS_SHIFT = Integer.SIZE;

  private static final long ONE_RECORD = 1L << RECORDS_SHIFT;
  private static final long BYTES_MASK = ONE_RECORD - 1;

  /** How often others are told how far a batch has come: each time that these bits are 0. */
  private static final long NOTE_MASK = 63 * ONE_RECORD;

  private final Groups groups;
  private final LifeCycle life;
  private final UnsafeBuffer data;
  private final Signals signals;
  private final ProducerClaim claim;
  private final ProducerSlot slot;
  private final WaiterBits dataWaiters;
  private final RecordWriter writer;
  final int maxMessageLength;
  private final Batch batch;

  /** What an encoder sees: just the bytes that were claimed for it. */
  private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);

  private int claimedIndex;
  private int claimedLength;

  /**
   * Records of the batch that are written and not counted yet, in the upper half, and the bytes of
   * their payloads: one store for each record.
   */
  private long batchCounts;

  GuardedWriter(RingCore core, LifeCycle life, ProducerClaim claim) {
    super(core.memory);
    RingMemory memory = core.memory;
    groups = core.groups;
    this.life = life;
    this.claim = claim;
    slot = claim.slot;
    claim.noteIn(this);
    batch = new Batch(this);
    data = memory.data;
    signals = core.signals;
    dataWaiters = memory.words.dataWaiters;
    writer = new RecordWriter(memory);
    maxMessageLength = memory.maxMessageLength;
  }

  /** Writes one record. Returns its end, or {@link Producer#BACK_PRESSURED}. */
  long offer(int type, DirectBuffer source, int offset, int length) {
    requireIdle();
    long before = end;
    int recordLength = 0;
    boolean entered = false;
    long result = Producer.BACK_PRESSURED;
    try {
      use = BUSY;
      life.requireOpenBehindMark();
      entered = true;
      check(type, length);
      source.boundsCheck(offset, length);
      recordLength = recordLength(length);
      long start = claim.take(recordLength);
      if (start >= 0) {
        writer.write(start, type, source, offset, length);
        committed(1, length);
        result = start + recordLength;
      } else {
        backPressured(recordLength);
      }
      VarHandle.releaseFence(); // A thread that sees the mark go sees all done before.
      use = IDLE;
    } catch (Throwable thrown) {
      position = end != before ? end - recordLength : NONE;
      use = entered ? FAILING : IDLE;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
    return result;
  }

  /** The same with a payload in two places, whose lengths have been checked. */
  long offer(
      int type,
      DirectBuffer first,
      int firstOffset,
      int firstLength,
      DirectBuffer second,
      int secondOffset,
      int secondLength) {
    requireIdle();
    long before = end;
    int recordLength = 0;
    boolean entered = false;
    long result = Producer.BACK_PRESSURED;
    try {
      use = BUSY;
      life.requireOpenBehindMark();
      entered = true;
      checkParts(firstLength, secondLength);
      int length = firstLength + secondLength;
      check(type, length);
      first.boundsCheck(firstOffset, firstLength);
      second.boundsCheck(secondOffset, secondLength);
      recordLength = recordLength(length);
      long start = claim.take(recordLength);
      if (start >= 0) {
        int index = writer.begin(start, type, length);
        data.putBytes(index, first, firstOffset, firstLength);
        data.putBytes(index + firstLength, second, secondOffset, secondLength);
        writer.commit(start);
        committed(1, length);
        result = start + recordLength;
      } else {
        backPressured(recordLength);
      }
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      position = end != before ? end - recordLength : NONE;
      use = entered ? FAILING : IDLE;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
    return result;
  }

  /** Writes one record in place. Returns false if there is no room. */
  <T> boolean encode(T message, int type, int length, RecordEncoder<? super T> encoder) {
    requireIdle();
    long before = end;
    int recordLength = 0;
    boolean entered = false;
    boolean written = false;
    try {
      use = BUSY;
      life.requireOpenBehindMark();
      entered = true;
      check(type, length);
      recordLength = recordLength(length);
      long start = claim.take(recordLength);
      if (start >= 0) {
        // A wrong encoder damages nobody else's records.
        payload.wrap(data, writer.begin(start, type, length), length);
        encoder.encode(message, payload, 0);
        hidePayload();
        writer.commit(start);
        committed(1, length);
        written = true;
      } else {
        backPressured(recordLength);
      }
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      position = end != before ? end - recordLength : NONE;
      use = entered ? FAILING : IDLE;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
    return written;
  }

  /** Returns where the payload goes, or {@link Producer#BACK_PRESSURED}. */
  int claim(int type, int length) {
    requireIdle();
    long before = end;
    int recordLength = 0;
    boolean entered = false;
    try {
      use = BUSY;
      life.requireOpenBehindMark();
      entered = true;
      check(type, length);
      recordLength = recordLength(length);
      long start = claim.take(recordLength);
      if (start >= 0) {
        position = start;
        claimedLength = length;
        int index = writer.begin(start, type, length);
        claimedIndex = index;
        use = CLAIMED;
        return index;
      }
      backPressured(recordLength);
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      position = end != before ? end - recordLength : NONE;
      use = entered ? FAILING : IDLE;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
    return Producer.BACK_PRESSURED;
  }

  /** Returns the position behind the record. */
  long commit(int index) {
    requireClaimed(index);
    long behind = end;
    try {
      writer.commit(position);
      committed(1, claimedLength);
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      use = FAILING;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
    return behind;
  }

  void abort(int index) {
    requireClaimed(index);
    try {
      writer.pad(position, end - position);
      committed(0, 0);
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      use = FAILING;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
  }

  /** Returns null if there is no room. */
  Batch batch(int records, int length) {
    requireIdle();
    long before = end;
    int needed = 0;
    boolean entered = false;
    try {
      use = BUSY;
      life.requireOpenBehindMark();
      entered = true;
      needed = checkBatch(records, length);
      long start = claim.take(needed);
      if (start >= 0) {
        position = start;
        use = BATCH;
        return batch;
      }
      backPressured(needed);
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      position = end != before ? end - needed : NONE;
      use = entered ? FAILING : IDLE;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
    return null;
  }

  /** One record of a batch, written and visible at once, in order. False if there is no room. */
  boolean add(int type, DirectBuffer source, int offset, int length) {
    life.requireOwner();
    if (use != BATCH) {
      throw batchRefusal();
    }
    long start = position;
    long room = end - start;
    if (length > room) {
      return false;
    }
    long next = start + recordLength(length);
    if (next > end) {
      return false;
    }
    life.requireOpen();
    boolean callsBack = callsBack(source);
    boolean begun = false;
    try {
      if (callsBack) {
        use = BUSY;
      }
      check(type, length);
      source.boundsCheck(offset, length);
      begun = true;
      writer.write(start, type, source, offset, length);
      position = next;
      Steps.reached(BATCH_RECORD_COMMITTED);
      long counts = batchCounts + ONE_RECORD + length;
      batchCounts = counts;
      if ((counts & NOTE_MASK) == 0) {
        slot.setCommittedUpTo(next);
      }
      if (callsBack) {
        use = BATCH;
      }
    } catch (Throwable thrown) {
      use = begun ? FAILING : BATCH;
      if (begun) {
        failed(thrown);
      }
      throw thrown;
    }
    return true;
  }

  /**
   * Tells whether this producer may be called by the source of a payload while that is copied. Then
   * what it is doing must say so. Agrona's own buffers call nobody, what is derived from them may;
   * and to other threads an open batch is a mark anyway.
   */
  private static boolean callsBack(DirectBuffer source) {
    Class<?> type = source.getClass();
    return type != UnsafeBuffer.class && type != ExpandableArrayBuffer.class;
  }

  /** Tells whether a record could be added to the batch now. */
  boolean hasRoom(int type, int length) {
    life.requireOwner();
    if (use != BATCH) {
      throw batchRefusal();
    }
    check(type, length);
    return recordLength(length) <= end - position;
  }

  /** The end of a batch: what was not used of it becomes padding. Does nothing if there is none. */
  void endBatch() {
    if (use != BATCH) {
      if (use == BUSY) {
        throw refusal();
      }
      return;
    }
    life.requireOwner();
    try {
      if (position < end) {
        writer.pad(position, end - position);
      }
      // Nobody who looks for space need walk over all its records.
      claim.retract();
      countBatch();
      VarHandle.releaseFence();
      use = IDLE;
    } catch (Throwable thrown) {
      use = FAILING;
      failed(thrown);
      throw thrown;
    }
    life.exitBehindMark();
  }

  /** To go on, if nothing is under way: what is owed is done first. */
  private void requireIdle() {
    life.requireOwner();
    if (use != IDLE) {
      endOwed();
      if (use != IDLE) {
        throw refusal();
      }
    }
  }

  private void requireClaimed(int index) {
    life.requireOwner();
    if (use != CLAIMED || index != claimedIndex) {
      throw claimRefusal(index);
    }
  }

  private IllegalStateException claimRefusal(int index) {
    if (use == BUSY) {
      return refusal();
    }
    endOwed();
    if (use == IDLE) {
      life.requireOpen();
    }
    return new IllegalStateException("nothing is claimed at index " + index);
  }

  private IllegalStateException batchRefusal() {
    return use == BUSY ? refusal() : new IllegalStateException("the batch is closed");
  }

  void check(int type, int length) {
    if (length < 0 || length > maxMessageLength) {
      throw new IllegalArgumentException(
          "a message of " + length + " bytes; the limit of this ring is " + maxMessageLength);
    }
    if (type < 0) {
      throw new IllegalArgumentException("a record's type is 0 or more, not " + type);
    }
  }

  private void checkParts(int first, int second) {
    if (first < 0 || second < 0 || first > maxMessageLength - second) {
      throw new IllegalArgumentException(
          "lengths "
              + first
              + " and "
              + second
              + " are not 0 or more, and together up to "
              + maxMessageLength);
    }
  }

  /** Returns the bytes that a batch needs. */
  private int checkBatch(int records, int length) {
    check(0, length);
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
    return (int) needed;
  }

  private void backPressured(int recordLength) {
    slot.countBackPressure();
    groups.evictDead(recordLength);
  }

  /** Behind the last commit of what was claimed. */
  private void committed(int records, long bytes) {
    slot.countRecords(records, bytes);
    if (dataWaiters.behindCommit() != 0) {
      wake();
    }
  }

  private void wake() {
    int woken = signals.recordCommitted();
    if (woken > 0) {
      slot.countWakeUps(woken);
    }
  }

  private void countBatch() {
    long counts = batchCounts;
    batchCounts = 0;
    committed((int) (counts >>> RECORDS_SHIFT), counts & BYTES_MASK);
  }

  /**
   * The end of a call that throws. Where even that throws, which can hardly be but with a stack
   * that is exhausted, the next call does it, or the close.
   */
  private void failed(Throwable thrown) {
    try {
      endFailing();
    } catch (Throwable again) {
      addTo(thrown, again);
    }
    try {
      life.exitBehindMark();
    } catch (Throwable again) {
      addTo(thrown, again);
    }
  }

  private static void addTo(Throwable thrown, Throwable again) {
    if (again != thrown) {
      thrown.addSuppressed(again);
    }
  }

  private void endFailing() {
    if (use != FAILING) {
      return;
    }
    int next = OWING;
    try {
      finish();
      next = IDLE;
    } finally {
      VarHandle.releaseFence();
      use = next;
    }
  }

  /** Gives up what an operation that threw could not give up. */
  void endOwed() {
    if (!isOwing()) {
      return;
    }
    boolean entered = false;
    try {
      use = FAILING;
      life.requireOpenBehindMark();
      entered = true;
      endFailing();
    } finally {
      if (!entered) {
        use = OWING; // The releaser of the producer does it.
      }
      life.exitBehindMark();
    }
  }

  /**
   * Ends a claim: what of it is not committed becomes padding, nobody waits for what was only
   * announced, and sleepers are told. May be repeated after it threw at any point.
   */
  private void finish() {
    hidePayload();
    settle();
    claim.retract();
    countBatch();
  }

  /**
   * A flyweight that outlives the call must not reach the memory. The address stays: another thread
   * may be using it at this moment.
   */
  private void hidePayload() {
    payload.wrap(payload, 0, 0);
  }

  /**
   * Gives up all that is claimed or owed. For the thread that has the producer to itself: its own
   * thread while it closes it, or the last one out.
   */
  void giveUpAll() {
    if (use != IDLE) {
      use = FAILING;
      endFailing();
    }
  }

  /** Tells whether an operation that threw has left something to be given up. */
  private boolean isOwing() {
    return use == FAILING || use == OWING;
  }

  /** Tells whether an operation is under way, and with it, maybe, code of the application. */
  boolean isBusy() {
    return use == BUSY;
  }

  /** Tells whether the application has a claim or a batch that is not ended. */
  boolean isOpen() {
    return use == CLAIMED || use == BATCH || use == BUSY;
  }

  /** The mark. Any thread may ask, with a fence before and behind. */
  boolean isInside() {
    return use != IDLE && use != OWING;
  }
}
