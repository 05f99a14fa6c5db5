package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.Mapping;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a ring is like, as the fixed part of its header says: written by the creator before anybody
 * else has the memory, checked by all before anything is trusted, and never read again.
 *
 * @param capacity the bytes of the data area
 * @param flags see {@link RingLayout#FLAG_SINGLE_PRODUCER} and {@link RingLayout#FLAG_LOCKED}
 * @param key that of the stamps
 * @param producers how many slots there are for producers
 * @param groups for groups
 * @param consumers for consumers
 * @param waiters for waiters
 */
record RingGeometry(
    int capacity, int flags, long key, int producers, int groups, int consumers, int waiters) {

  /** That of a new ring. */
  static RingGeometry of(RingOptions options) {
    return new RingGeometry(
        options.capacity(),
        (options.isSingleProducer() ? FLAG_SINGLE_PRODUCER : 0)
            | (options.isLockedInMemory() ? FLAG_LOCKED : 0),
        ThreadLocalRandom.current().nextLong(),
        options.maxProducers(),
        options.maxGroups(),
        options.maxConsumers(),
        options.maxWaiters());
  }

  boolean isSingleProducer() {
    return (flags & FLAG_SINGLE_PRODUCER) != 0;
  }

  boolean isLocked() {
    return (flags & FLAG_LOCKED) != 0;
  }

  int headerLength() {
    return RingLayout.headerLength(producers, groups, consumers, waiters, Mapping.PAGE_SIZE);
  }

  /** Writes the fixed part into memory of zeros that nobody else has yet. */
  void write(UnsafeBuffer header) {
    header.putLong(MAGIC_OFFSET, MAGIC);
    header.putInt(VERSION_OFFSET, VERSION);
    header.putInt(FLAGS_OFFSET, flags);
    header.putLong(CAPACITY_OFFSET, capacity);
    header.putLong(KEY_OFFSET, key);
    header.putInt(HEADER_LENGTH_OFFSET, headerLength());
    header.putInt(ALIGNMENT_OFFSET, ALIGNMENT);
    header.putInt(PRODUCERS_OFFSET, producers);
    header.putInt(GROUPS_OFFSET, groups);
    header.putInt(CONSUMERS_OFFSET, consumers);
    header.putInt(WAITERS_OFFSET, waiters);
    header.putLong(CREATED_OFFSET, System.currentTimeMillis());
    header.putInt(CRC_OFFSET, crc(header));
  }

  /**
   * Reads a copy of the fixed part, which nobody can change meanwhile.
   *
   * @param size that of the whole file
   * @throws DamagedRingException if it is no ring of this version, or damaged
   */
  static RingGeometry read(DirectBuffer fixed, long size) {
    check("magic", fixed.getLong(MAGIC_OFFSET), MAGIC);
    int version = fixed.getInt(VERSION_OFFSET);
    if (version >>> 16 != VERSION >>> 16) {
      throw new DamagedRingException(
          "the ring has layout version "
              + (version >>> 16)
              + ", this library reads version "
              + (VERSION >>> 16));
    }
    check("CRC of the geometry", fixed.getInt(CRC_OFFSET), crc(fixed));
    check("alignment", fixed.getInt(ALIGNMENT_OFFSET), ALIGNMENT);
    long capacity = fixed.getLong(CAPACITY_OFFSET);
    if (capacity < MIN_CAPACITY
        || capacity > MAX_CAPACITY
        || !BitUtil.isPowerOfTwo((int) capacity)) {
      throw new DamagedRingException("capacity at byte 16 is out of range: " + capacity);
    }
    RingGeometry geometry =
        new RingGeometry(
            (int) capacity,
            fixed.getInt(FLAGS_OFFSET),
            fixed.getLong(KEY_OFFSET),
            range("producers", fixed.getInt(PRODUCERS_OFFSET), MAX_SLOTS),
            range("groups", fixed.getInt(GROUPS_OFFSET), MAX_SLOTS),
            range("consumers", fixed.getInt(CONSUMERS_OFFSET), MAX_CONSUMERS),
            range("waiters", fixed.getInt(WAITERS_OFFSET), MAX_SLOTS));
    check("header length", fixed.getInt(HEADER_LENGTH_OFFSET), geometry.headerLength());
    check("size of the memfd", size, geometry.headerLength() + capacity);
    return geometry;
  }

  private static void check(String field, long found, long expected) {
    if (found != expected) {
      throw new DamagedRingException(
          "not a ring: " + field + " is " + found + ", expected " + expected);
    }
  }

  private static int range(String field, int found, int max) {
    if (found < 1 || found > max) {
      throw new DamagedRingException(
          "number of " + field + " is out of range: " + found + " (1 to " + max + ")");
    }
    return found;
  }

  private static int crc(DirectBuffer header) {
    byte[] fixed = new byte[CRC_OFFSET];
    header.getBytes(0, fixed);
    CRC32C crc = new CRC32C();
    crc.update(fixed);
    return (int) crc.getValue();
  }
}
