package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.Descriptor;
import io.millrace.os.FileContent;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The mapped memory of a ring and its geometry, which is checked before anything is trusted.
 *
 * <p>The ring closes it when the last handle is closed; a late access through the buffers is an
 * exception.
 */
final class RingMemory {
  /** The header; all offsets of {@link RingLayout} but those of records. */
  final UnsafeBuffer header;

  /** The header again, for the hot paths. */
  final RawMemory rawHeader;

  /** The data area again, for the hot paths. */
  final RawMemory rawData;

  /** The data area twice: a record that starts in the first half is contiguous. */
  final UnsafeBuffer data;

  final int capacity;
  final int mask;
  final long key;
  final int maxMessageLength;

  /** The bytes of the longest record, and of the longest batch. */
  final int maxClaim;

  final int producers;
  final int groups;
  final int consumers;
  final int waiters;
  final boolean singleProducer;

  private final Mapping mapping;

  private RingMemory(Mapping mapping, int headerLength) {
    this(
        mapping,
        new UnsafeBuffer(mapping.address(), headerLength),
        new UnsafeBuffer(mapping.address() + headerLength, 0));
    data.wrap(mapping.address() + headerLength, 2 * capacity);
  }

  /** Over any memory; that of a stress test need not be mapped. */
  RingMemory(Mapping mapping, UnsafeBuffer header, UnsafeBuffer data) {
    this.mapping = mapping;
    this.header = header;
    this.data = data;
    capacity = (int) header.getLong(CAPACITY_OFFSET);
    // Whatever is taken for a position: a record's index is aligned.
    mask = capacity - ALIGNMENT;
    rawHeader = new RawMemory(header.addressOffset(), header.capacity());
    rawData = new RawMemory(data.addressOffset(), 2 * capacity);
    key = header.getLong(KEY_OFFSET);
    maxMessageLength = capacity / 2;
    maxClaim = recordLength(maxMessageLength);
    producers = header.getInt(PRODUCERS_OFFSET);
    groups = header.getInt(GROUPS_OFFSET);
    consumers = header.getInt(CONSUMERS_OFFSET);
    waiters = header.getInt(WAITERS_OFFSET);
    singleProducer = (header.getInt(FLAGS_OFFSET) & FLAG_SINGLE_PRODUCER) != 0;
  }

  /** Creates sealed memory for a new ring. */
  static Descriptor create(RingOptions options) {
    int headerLength =
        RingLayout.headerLength(
            options.maxProducers(),
            options.maxGroups(),
            options.maxConsumers(),
            options.maxWaiters(),
            Mapping.PAGE_SIZE);
    Descriptor memfd = Memfd.create(options.name(), (long) headerLength + options.capacity());
    try (Mapping mapping = Mapping.of(memfd, 0, headerLength, true)) {
      UnsafeBuffer header = new UnsafeBuffer(mapping.address(), headerLength);
      header.putInt(VERSION_OFFSET, VERSION);
      header.putInt(
          FLAGS_OFFSET,
          (options.singleProducer() ? FLAG_SINGLE_PRODUCER : 0)
              | (options.lockInMemory() ? FLAG_LOCKED : 0));
      header.putLong(CAPACITY_OFFSET, options.capacity());
      header.putLong(KEY_OFFSET, ThreadLocalRandom.current().nextLong());
      header.putInt(HEADER_LENGTH_OFFSET, headerLength);
      header.putInt(ALIGNMENT_OFFSET, ALIGNMENT);
      header.putInt(PRODUCERS_OFFSET, options.maxProducers());
      header.putInt(GROUPS_OFFSET, options.maxGroups());
      header.putInt(CONSUMERS_OFFSET, options.maxConsumers());
      header.putInt(WAITERS_OFFSET, options.maxWaiters());
      header.putLong(CREATED_OFFSET, System.currentTimeMillis());
      for (int i = 0; i < options.maxConsumers(); i++) {
        int slot = RingLayout.consumerSlot(options.maxProducers(), options.maxGroups(), i);
        header.putLong(slot + IN_PROGRESS, NONE);
      }
      header.putLong(MAGIC_OFFSET, MAGIC);
      header.putInt(CRC_OFFSET, crc(header));
      return memfd;
    } catch (RuntimeException | Error failure) {
      memfd.close();
      throw failure;
    }
  }

  /**
   * Checks and maps memory that this or another process created.
   *
   * @throws RingCorruptedException if it is no ring of this version, or damaged
   */
  static RingMemory map(Descriptor memfd) {
    if (!Memfd.isSealed(memfd)) {
      throw new RingCorruptedException(memfd + " is not a sealed memfd and would be unsafe to map");
    }
    long size = memfd.status().size();
    if (size < SLOTS_OFFSET) {
      throw new RingCorruptedException(memfd + " is too small for a ring: " + size + " bytes");
    }
    UnsafeBuffer first = new UnsafeBuffer(FileContent.readOnce(memfd, FIXED_LENGTH));
    checkFixedPart(first, size);
    int headerLength = first.getInt(HEADER_LENGTH_OFFSET);
    int capacity = (int) first.getLong(CAPACITY_OFFSET);
    Mapping mapping = Mapping.mirrored(memfd, size, headerLength, capacity);
    try {
      // Again, on the mapping that is used: a hostile peer may have changed it since.
      checkFixedPart(new UnsafeBuffer(mapping.address(), headerLength), size);
      RingMemory memory = new RingMemory(mapping, headerLength);
      if (memory.capacity != capacity || memory.end() > headerLength) {
        throw new RingCorruptedException("the geometry of " + memfd + " changes while it is read");
      }
      if ((memory.header.getInt(FLAGS_OFFSET) & FLAG_LOCKED) != 0) {
        mapping.lockInMemory();
      }
      return memory;
    } catch (RuntimeException | Error failure) {
      mapping.close();
      throw failure;
    }
  }

  private static void checkFixedPart(UnsafeBuffer header, long size) {
    check("magic", header.getLong(MAGIC_OFFSET), MAGIC);
    int version = header.getInt(VERSION_OFFSET);
    if (version >>> 16 != VERSION >>> 16) {
      throw new RingCorruptedException(
          "the ring has layout version "
              + (version >>> 16)
              + ", this library reads version "
              + (VERSION >>> 16));
    }
    check("CRC of the geometry", header.getInt(CRC_OFFSET), crc(header));
    check("alignment", header.getInt(ALIGNMENT_OFFSET), ALIGNMENT);
    long capacity = header.getLong(CAPACITY_OFFSET);
    if (capacity < MIN_CAPACITY
        || capacity > MAX_CAPACITY
        || !BitUtil.isPowerOfTwo((int) capacity)) {
      throw new RingCorruptedException("capacity at byte 16 is out of range: " + capacity);
    }
    int producers = range("producers", header.getInt(PRODUCERS_OFFSET), MAX_SLOTS);
    int groups = range("groups", header.getInt(GROUPS_OFFSET), MAX_SLOTS);
    int consumers = range("consumers", header.getInt(CONSUMERS_OFFSET), MAX_CONSUMERS);
    int waiters = range("waiters", header.getInt(WAITERS_OFFSET), MAX_SLOTS);
    check(
        "header length",
        header.getInt(HEADER_LENGTH_OFFSET),
        RingLayout.headerLength(producers, groups, consumers, waiters, Mapping.PAGE_SIZE));
    check("size of the memfd", size, header.getInt(HEADER_LENGTH_OFFSET) + capacity);
  }

  private static void check(String field, long found, long expected) {
    if (found != expected) {
      throw new RingCorruptedException(
          "not a ring: " + field + " is " + found + ", expected " + expected);
    }
  }

  private static int range(String field, int found, int max) {
    if (found < 1 || found > max) {
      throw new RingCorruptedException(
          "number of " + field + " is out of range: " + found + " (1 to " + max + ")");
    }
    return found;
  }

  private static int crc(UnsafeBuffer header) {
    byte[] fixed = new byte[CRC_OFFSET];
    header.getBytes(0, fixed);
    CRC32C crc = new CRC32C();
    crc.update(fixed);
    return (int) crc.getValue();
  }

  private int end() {
    return waiterSlot(waiters);
  }

  int groupSlot(int index) {
    return RingLayout.groupSlot(producers, index);
  }

  int consumerSlot(int index) {
    return RingLayout.consumerSlot(producers, groups, index);
  }

  int waiterSlot(int index) {
    return RingLayout.waiterSlot(producers, groups, consumers, index);
  }

  /** The tail, checked: whatever is in memory, the result is a record boundary of the stream. */
  long tail() {
    long tail = header.getLongVolatile(TAIL_OFFSET);
    if (tail < 0 || tag(tail) != 0) {
      throw new RingCorruptedException("the tail is not a position: " + tail);
    }
    return tail;
  }

  /** Tells whether the record at a position is committed (or settled as padding). */
  boolean isCommitted(long position) {
    return rawData.getLongVolatile((int) position & mask) == stamp(position, key);
  }

  /**
   * The bytes from a committed record to the next one.
   *
   * @throws RingCorruptedException if its length is impossible
   */
  int recordLengthAt(long position) {
    int length = data.getInt(((int) position & mask) + RECORD_LENGTH);
    if (length < 0 || length > maxClaim - RECORD_HEADER_LENGTH) {
      throw new RingCorruptedException(
          "the record at position " + position + " has an impossible length: " + length);
    }
    return recordLength(length);
  }

  /** Unmaps, and makes the buffers unusable. */
  void close() {
    header.wrap(0, 0);
    data.wrap(0, 0);
    mapping.close();
  }
}
