package io.millrace.ring;

import org.agrona.BitUtil;

/**
 * Where everything is in the shared memory of a ring. All integers are little-endian.
 *
 * <pre>
 *  byte 0            1024                                             headerLength
 *  +----------------+-----------+--------+-----------+---------+-----+--------------------+
 *  | fixed | words  | producers | groups | consumers | waiters | pad | data (capacity)    |
 *  +----------------+-----------+--------+-----------+---------+-----+--------------------+
 *                    x 128       x 256    x 128       x 128          mapped twice, back to back
 *
 *  Fixed at creation, guarded by a CRC-32C:
 *    0 magic            8 version         12 flags          16 capacity       24 stamp key
 *   32 header length   36 alignment       40 producers      44 groups         48 consumers
 *   52 waiters         56 created (ms)    64 CRC of 0..63
 *
 *  Words, each on 128 bytes of its own:
 *  128 tail             claimed up to here. Producers CAS (single producer: release store).
 *  256 data waiters     bit per waiter that sleeps until a record comes. Waiters or/and; producers read.
 *  384 space waiters    bit per waiter that sleeps until space comes. Waiters or/and; consumers read.
 *  512 members          counts joins and leaves. 520 group bound, 524 consumer bound: slots ever used.
 *                       528 evictions, 536 joins: counters. 544 openings: counts groups that became
 *                       visible, for producers that are just looking at all of them. 552 pid and
 *                       560 pid namespace of who took the membership lock last: for messages only.
 *                       568 unplaced: counts waits without a place for sleepers.
 *  640 correlation      the next correlation id. Anyone fetches and adds.
 *
 *  Record, aligned to 64 bytes:
 *    0 stamp            stamp(position); release store = commit
 *    8 length           of the payload, bytes
 *   12 type             0 and up: the user's; -1: padding
 *   16 payload
 * </pre>
 *
 * <p>Liveness is not in memory: the owner of a slot holds an open-file-description write lock on
 * one byte of the memfd, at {@link #producerLock(int)} and so on; these bytes lie far behind the
 * data and need not exist. All changes of membership are made under the lock on byte {@link
 * #MEMBERSHIP_LOCK}.
 */
final class RingLayout {
  /** "MILLRING" as little-endian bytes. */
  static final long MAGIC = 0x474e49524c4c494dL;

  /** Major version in the upper half: another one is another layout. Minor: additions only. */
  static final int VERSION = 1 << 16;

  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = 8;
  static final int FLAGS_OFFSET = 12;
  static final int CAPACITY_OFFSET = 16;
  static final int KEY_OFFSET = 24;
  static final int HEADER_LENGTH_OFFSET = 32;
  static final int ALIGNMENT_OFFSET = 36;
  static final int PRODUCERS_OFFSET = 40;
  static final int GROUPS_OFFSET = 44;
  static final int CONSUMERS_OFFSET = 48;
  static final int WAITERS_OFFSET = 52;
  static final int CREATED_OFFSET = 56;
  static final int CRC_OFFSET = 64;
  static final int FIXED_LENGTH = 68;

  /** Only producer slot 0 exists, and claims need no compare-and-set. */
  static final int FLAG_SINGLE_PRODUCER = 1;

  /** Every process locks its mapping in memory. */
  static final int FLAG_LOCKED = 2;

  static final int TAIL_OFFSET = 128;
  static final int DATA_WAITERS_OFFSET = 256;
  static final int SPACE_WAITERS_OFFSET = 384;
  static final int MEMBERS_OFFSET = 512;
  static final int GROUP_BOUND_OFFSET = 520;
  static final int CONSUMER_BOUND_OFFSET = 524;
  static final int EVICTIONS_OFFSET = 528;
  static final int JOINS_OFFSET = 536;
  static final int OPENINGS_OFFSET = 544;

  /** The last to take the membership lock, as in a slot. For people: nobody may rely on it. */
  static final int MEMBERSHIP_HOLDER_OFFSET = 552;

  static final int UNPLACED_OFFSET = 568;
  static final int CORRELATION_OFFSET = 640;
  static final int SLOTS_OFFSET = 1024;

  // A slot of any kind. FREE: nobody's. ACTIVE: somebody's, alive while its lock is held.
  static final int FREE = 0;
  static final int ACTIVE = 1;

  /** A group whose cursor is not final yet. Left behind by a kill, it is nobody's. */
  static final int OPENING = 2;

  /**
   * A consumer slot whose owner has left in good order, or is leaving. It still shows the record
   * that the owner could not handle, if there is one.
   */
  static final int LEFT = 3;

  // Producer slot, 128 bytes. All but the identity is written by its owner alone.
  static final int PRODUCER_SLOT_LENGTH = 128;

  /** The position that the owner tried last to claim from. */
  static final int INTENT_POSITION_OFFSET = 0;

  /** Up to where from there, in bytes; 0 = retracted. Stored after the position. */
  static final int INTENT_LENGTH_OFFSET = 8;

  static final int PRODUCED_RECORDS_OFFSET = 16;
  static final int PRODUCED_BYTES_OFFSET = 24;
  static final int BACK_PRESSURES_OFFSET = 32;
  static final int PRODUCER_WAKE_UPS_OFFSET = 40;

  /**
   * Everything that the owner claimed before this position is committed: a process that walks over
   * its last claim begins here. It only shortens the walk: 0, or what an earlier owner left, is as
   * good. By the owner now and then in a batch, and by a process that had to walk far; the latter
   * by CAS.
   */
  static final int COMMITTED_UP_TO_OFFSET = 48;

  static final int PRODUCER_STATE_OFFSET = 64;
  static final int PRODUCER_IDENTITY_OFFSET = 72;

  // Group slot, 256 bytes.
  static final int GROUP_SLOT_LENGTH = 256;

  /**
   * Position that the group has consumed (or claimed) up to; low 6 bits: the slot that claimed
   * last.
   */
  static final int CURSOR_OFFSET = 0;

  /** State and mode are one word for those who leave, which they do without any lock. */
  static final int GROUP_STATE_OFFSET = 128;

  static final int GROUP_MODE_OFFSET = 132;
  static final int GROUP_REDELIVERIES_OFFSET = 136;
  static final int GROUP_RECOVERIES_OFFSET = 144;
  static final int GROUP_NAME_LENGTH_OFFSET = 152;
  static final int GROUP_NAME_OFFSET = 156;
  static final int MAX_GROUP_NAME = 63;

  /** What {@link AgronaRingBuffer#consumerHeartbeatTime(long)} was told last; 0 = nothing yet. */
  static final int GROUP_HEARTBEAT_OFFSET = 224;

  static final int MODE_SHARED = 1;
  static final int MODE_RETAIN = 2;

  /** The slot of its killed consumer was used again before somebody joined the group. */
  static final int MODE_UNCLEAN = 4;

  /** A consumer that acknowledges has been in it: it may have read far ahead of the cursor. */
  static final int MODE_READ_AHEAD = 8;

  /**
   * The mode counts the joins from here on, so that no join is overlooked by the one who ends the
   * group.
   */
  static final int MODE_JOIN = 1 << 8;

  // Consumer slot, 128 bytes.
  static final int CONSUMER_SLOT_LENGTH = 128;

  /** Start of the record that the owner has in hand, or {@link #NONE}. Holds producers back. */
  static final int IN_HAND_OFFSET = 0;

  static final int CONSUMED_RECORDS_OFFSET = 8;
  static final int CONSUMED_BYTES_OFFSET = 16;
  static final int CONSUMER_WAKE_UPS_OFFSET = 24;
  static final int CONSUMER_STATE_OFFSET = 64;
  static final int CONSUMER_GROUP_OFFSET = 68;
  static final int CONSUMER_IDENTITY_OFFSET = 72;

  /** End of the last claim that a successor has seen; low 6 bits: the group. CAS by successors. */
  static final int CONFIRMED_OFFSET = 96;

  // Waiter slot, 128 bytes.
  static final int WAITER_SLOT_LENGTH = 128;

  /**
   * AWAKE, WAITING or NOTIFIED in the low 2 bits, the number of the sleep above them, the queue in
   * the upper 7. One word, so that a waker decides and notes by what it has seen.
   */
  static final int WAITER_PHASE_OFFSET = 0;

  static final int WAITER_SLEEPS_OFFSET = 8;

  /** The bytes that a producer waits for. Stored before the phase. */
  static final int WAITER_WANTED_OFFSET = 16;

  static final int WAITER_STATE_OFFSET = 64;
  static final int WAITER_IDENTITY_OFFSET = 72;
  static final int AWAKE = 0;
  static final int WAITING = 1;
  static final int NOTIFIED = 2;
  static final int PHASE_MASK = 3;

  /** Of who must be woken by every record. Queue g + 1: one of those who wait for group g. */
  static final int NO_QUEUE = 0;

  private static final int QUEUE_SHIFT = 57;

  // The owner of a slot: IDENTITY_LENGTH bytes.
  static final int PID_OFFSET = 0;
  static final int PID_NAMESPACE_OFFSET = 8;
  static final int IDENTITY_LENGTH = 16;

  /** No position. */
  static final long NONE = Long.MAX_VALUE;

  static final int ALIGNMENT = 64;
  static final int TAG_MASK = ALIGNMENT - 1;
  static final int MAX_SLOTS = 64;
  static final int MAX_CONSUMERS = 63;

  /** The tag of a cursor that nobody has claimed from yet. */
  static final int NOBODY = TAG_MASK;

  static final int RECORD_LENGTH_OFFSET = 8;
  static final int RECORD_TYPE_OFFSET = 12;
  static final int RECORD_HEADER_LENGTH = 16;
  static final int PADDING = -1;

  static final int MIN_CAPACITY = 64 * 1024;

  /** Mapped twice, and indexed by int. */
  static final int MAX_CAPACITY = 512 * 1024 * 1024;

  static final long MEMBERSHIP_LOCK = 1L << 40;
  private static final long PRODUCER_LOCKS = MEMBERSHIP_LOCK + 1024;
  private static final long CONSUMER_LOCKS = MEMBERSHIP_LOCK + 2048;
  private static final long WAITER_LOCKS = MEMBERSHIP_LOCK + 3072;

  private RingLayout() {}

  /** Bytes that a record with a payload of this length takes in the data area. */
  static int recordLength(int payload) {
    return (payload + RECORD_HEADER_LENGTH + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** The stamp of a committed record: a bijection of its position for every key. */
  static long stamp(long position, long key) {
    return (position ^ key) * 0x9e3779b97f4a7c15L;
  }

  /** What is at {@link #RECORD_LENGTH_OFFSET} and {@link #RECORD_TYPE_OFFSET}, as one word. */
  static long lengthAndType(int length, int type) {
    return (long) type << 32 | length & 0xffff_ffffL;
  }

  static long position(long tagged) {
    return tagged & -ALIGNMENT;
  }

  static int tag(long tagged) {
    return (int) tagged & TAG_MASK;
  }

  static int producerSlot(int index) {
    return SLOTS_OFFSET + index * PRODUCER_SLOT_LENGTH;
  }

  static int groupSlot(int producers, int index) {
    return producerSlot(producers) + index * GROUP_SLOT_LENGTH;
  }

  static int consumerSlot(int producers, int groups, int index) {
    return groupSlot(producers, groups) + index * CONSUMER_SLOT_LENGTH;
  }

  static int waiterSlot(int producers, int groups, int consumers, int index) {
    return consumerSlot(producers, groups, consumers) + index * WAITER_SLOT_LENGTH;
  }

  static int headerLength(int producers, int groups, int consumers, int waiters, int pageSize) {
    return BitUtil.align(waiterSlot(producers, groups, consumers, waiters), pageSize);
  }

  static long phase(long sleepNumber, int queue, int state) {
    return (long) queue << QUEUE_SHIFT | (sleepNumber << 2 & (1L << QUEUE_SHIFT) - 1) | state;
  }

  static long sleepNumber(long phase) {
    return (phase & (1L << QUEUE_SHIFT) - 1) >>> 2;
  }

  static int queue(long phase) {
    return (int) (phase >>> QUEUE_SHIFT);
  }

  static long producerLock(int index) {
    return PRODUCER_LOCKS + index;
  }

  static long consumerLock(int index) {
    return CONSUMER_LOCKS + index;
  }

  static long waiterLock(int index) {
    return WAITER_LOCKS + index;
  }
}
