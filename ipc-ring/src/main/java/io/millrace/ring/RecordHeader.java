package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.SharedWords;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The headers of all records, each found by the position of its record.
 *
 * <p>Length and type are plain loads and stores: the stamp orders them, and what is read of a
 * record that others may write over (by a shared consumer, a recovery, an observer, a look for
 * room) is only used if something that is read later says that nobody has.
 */
final class RecordHeader extends SharedWords {
  private final int mask;
  private final long key;
  private final int maxLength;

  /**
   * Over the data area of a ring.
   *
   * @param maxClaim the bytes of the longest claim
   */
  RecordHeader(UnsafeBuffer data, int capacity, long key, int maxClaim) {
    super(data.addressOffset(), 2 * capacity);
    // Whatever is taken for a position: a record's index is aligned.
    mask = capacity - ALIGNMENT;
    this.key = key;
    maxLength = maxClaim - RECORD_HEADER_LENGTH;
  }

  /** Where the header is in the data area. */
  int index(long position) {
    return (int) position & mask;
  }

  /** Where the payload is in the data area. */
  int payloadIndex(long position) {
    return ((int) position & mask) + RECORD_HEADER_LENGTH;
  }

  /** What the stamp of a committed record is. */
  long stamp(long position) {
    return RingLayout.stamp(position, key);
  }

  /**
   * Tells whether the record at a position is committed (or settled as padding).
   *
   * <p>Pairs with {@link #commit}, {@link #commitAt} and {@link #settle}: a process that sees the
   * stamp sees the header and the payload. Not behind a fence of the committer: see {@link
   * WaiterBits#behindCommit}. Checked by {@code PublicationStress}.
   *
   * <p>Litmus claims: {@code ring-publish.wm}, {@code ring-commit-then-intent.wm}.
   */
  boolean isCommitted(long position) {
    return getLongVolatile((int) position & mask) == RingLayout.stamp(position, key);
  }

  /**
   * The word at the stamp's place, for {@link #settle}: a process that then finds it unchanged has
   * seen all that the one before wrote here.
   *
   * <p>Litmus claims: {@code ring-settle.wm}, {@code ring-recovery-live-record.wm}.
   */
  long foundStamp(long position) {
    return getLongVolatile((int) position & mask);
  }

  /**
   * Commits. Release: pairs with {@link #isCommitted}. Also pairs with the owner's next {@link
   * ProducerSlot#setIntentPosition}, which must not be seen earlier: {@code claim.pml} (AGAIN).
   *
   * <p>Litmus claims: {@code ring-publish.wm}, {@code ring-commit-then-intent.wm}.
   */
  void commit(long position) {
    putLongRelease((int) position & mask, RingLayout.stamp(position, key));
  }

  /**
   * The same for a caller that has the index and the stamp at hand.
   *
   * <p>Litmus claims: {@code ring-publish.wm}, {@code ring-commit-then-intent.wm}.
   */
  void commitAt(int index, long stamp) {
    putLongRelease(index, stamp);
  }

  /**
   * Commits unless somebody has: {@code found} was read before the header was written.
   *
   * <p>Compare-and-set: of several who recover the same claim, and an owner that may have committed
   * late, one does it, and nothing is stored over the stamp of a newer record. {@code claim.pml}.
   *
   * <p>Litmus claims: {@code ring-settle.wm}.
   *
   * @return true if this call did it
   */
  boolean settle(long position, long found) {
    return compareAndSetLong((int) position & mask, found, RingLayout.stamp(position, key));
  }

  /** Writes length and type at once. */
  void write(long position, int type, int length) {
    writeAt((int) position & mask, type, length);
  }

  /** The same for a caller that has the index at hand. */
  void writeAt(int index, int type, int length) {
    putLong(index + RECORD_LENGTH_OFFSET, lengthAndType(length, type));
  }

  /**
   * Writes the header of a padding, which consumers skip once it is committed.
   *
   * @param bytes to be skipped, header included
   */
  void writePadding(long position, long bytes) {
    write(position, PADDING, (int) bytes - RECORD_HEADER_LENGTH);
  }

  /** The length of the payload as it stands there, possible or not. */
  int foundLength(long position) {
    return getInt(((int) position & mask) + RECORD_LENGTH_OFFSET);
  }

  /**
   * Tells whether a producer can have written this length, or a process that made padding of a
   * claim.
   */
  boolean isPossible(int length) {
    return length >= 0 && length <= maxLength;
  }

  /**
   * The length of a committed record's payload: whatever is in memory, reading it is safe.
   *
   * @throws DamagedRingException if it is impossible
   */
  int length(long position) {
    int length = foundLength(position);
    if (!isPossible(length)) {
      throw impossibleLength(position, length);
    }
    return length;
  }

  DamagedRingException impossibleLength(long position, int length) {
    return new DamagedRingException(
        "the record at position " + position + " has an impossible length: " + length);
  }

  /** The type, or {@link RingLayout#PADDING}. */
  int type(long position) {
    return getInt(((int) position & mask) + RECORD_TYPE_OFFSET);
  }

  /**
   * Where the record behind a committed one starts.
   *
   * @throws DamagedRingException if its length is impossible
   */
  long next(long position) {
    return position + recordLength(length(position));
  }

  /**
   * The first position behind another, and before an end, where a record is committed; or the end.
   */
  long nextCommitted(long position, long end) {
    long next = position + ALIGNMENT;
    while (next < end && !isCommitted(next)) {
      next += ALIGNMENT;
    }
    return Math.min(next, end);
  }
}
