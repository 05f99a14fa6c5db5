package io.millrace.ring;

import static io.millrace.ring.Steps.Step.*;

import java.util.function.IntPredicate;

/**
 * How a producer claims the next bytes of the stream.
 *
 * <p>Before it tries to claim, it writes down from where and how much, so that the owner of every
 * claim is on record before the claim can exist. What becomes of a claim whose owner was killed is
 * in {@link Recovery}. The protocol is checked by {@code claim.pml}.
 */
final class ProducerClaim {
  /** There is no room. */
  static final long FULL = -1;

  final ProducerSlot slot;

  private final RingMemory memory;
  private final RingWords words;

  /** Tells whether the owner of a slot lives. */
  private final IntPredicate isAlive;

  private final boolean single;

  /** Where claims are noted. */
  private OpenClaim open;

  private long limit;

  ProducerClaim(RingMemory memory, IntPredicate isAlive, int index) {
    this.memory = memory;
    this.isAlive = isAlive;
    slot = memory.producers[index];
    words = memory.words;
    single = memory.singleProducer;
    open = new OpenClaim(memory);
    limit = Space.limit(memory, isAlive);
    open.end = words.tail();
  }

  /** Says where claims are to be noted; the writer notes there when they are ended. */
  void noteIn(OpenClaim claim) {
    claim.end = open.end;
    open = claim;
  }

  /**
   * Claims the next bytes of the stream, and notes their end.
   *
   * <p>If it throws without that note, nothing was claimed, but something may be announced: {@link
   * #retract}.
   *
   * @param length how many, a multiple of the alignment
   * @return where they start, or {@link #FULL}
   */
  long take(int length) {
    return single ? takeAlone(length) : takeAmongOthers(length);
  }

  private long takeAmongOthers(int length) {
    OpenClaim open = this.open; // Not to be loaded behind the compare-and-set.
    boolean announced = false;
    while (true) {
      long tail = words.tail();
      if (tail + length > limit && !findSpace(tail, length)) {
        if (announced) {
          // Lost and giving up: nobody must wait for this producer at that position.
          retract();
        }
        return FULL;
      }
      slot.setIntentPosition(tail);
      Steps.reached(INTENT_POSITION_WRITTEN);
      slot.setIntentLength(length);
      Steps.reached(INTENT_LENGTH_WRITTEN);
      if (words.moveTail(tail, tail + length)) {
        // Before any call, which could throw.
        open.end = tail + length;
        RingWords.orderRecordBehindTail();
        Steps.reached(TAIL_MOVED);
        return tail;
      }
      announced = true;
    }
  }

  private long takeAlone(int length) {
    OpenClaim open = this.open;
    long tail = open.end; // Nobody else moves it.
    if (tail + length > limit && !findSpace(tail, length)) {
      return FULL;
    }
    slot.setIntentPosition(tail);
    Steps.reached(INTENT_POSITION_WRITTEN);
    words.setTail(tail + length);
    open.end = tail + length;
    RingWords.orderRecordBehindTail();
    Steps.reached(TAIL_MOVED);
    return tail;
  }

  private boolean findSpace(long tail, int length) {
    // One call, made twice: what is called is large, and compiled into its callers.
    for (int looks = 0; looks < 2; looks++) {
      if (looks > 0) {
        Pace.rest();
      }
      limit = Space.limit(memory, isAlive);
      if (tail + length <= limit) {
        return true;
      }
    }
    return false;
  }

  void retract() {
    slot.setIntentLength(0);
    Steps.reached(INTENT_RETRACTED);
  }

  /** Tells whether a claim of this length would succeed now, if nobody else claims meanwhile. */
  boolean hasSpace(int length) {
    long tail = words.tail();
    return tail + length <= limit || findSpace(tail, length);
  }

  /** The bytes that could be claimed now, if nobody else claims meanwhile. */
  long room() {
    limit = Space.limit(memory, isAlive);
    return limit - words.tail();
  }

  /**
   * Tells whether it is a claim of somebody else that leaves no space, or groups that open all the
   * time: nobody tells of the end of either.
   */
  boolean isHeldByClaim() {
    return limit == Space.NO_SPACE
        || Space.oldestOpenClaim(memory, isAlive, words.tail()) != RingLayout.NONE;
  }
}
