package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import io.millrace.os.Descriptor;
import io.millrace.os.FileContent;
import io.millrace.os.Mapping;
import io.millrace.os.Memfd;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The mapped memory of a ring, in pieces whose classes say what stands in them.
 *
 * <p>The ring closes it when the last handle is closed. Handlers and users of claims get the data
 * buffer, and may keep it: using it after that is an exception, or where Agrona's bounds checks are
 * off leads to memory of no content.
 */
final class RingMemory {
  final RingWords words;
  final ProducerSlot[] producers;
  final GroupSlot[] groups;
  final ConsumerSlot[] consumers;
  final WaiterSlot[] waiters;
  final RecordHeader records;

  /** The data area twice: a record that starts in the first half is contiguous. For payloads. */
  final UnsafeBuffer data;

  /** That of the stamps; it tells this ring from every other one. */
  final long key;

  final int capacity;
  final int maxMessageLength;

  /** The bytes of the longest record, and of the longest batch. */
  final int maxClaim;

  final boolean singleProducer;

  /** As a whole. Only tests read and write it so. */
  final UnsafeBuffer rawHeader;

  private final Mapping mapping;

  /** Over any memory; that of a stress test need not be mapped. */
  RingMemory(Mapping mapping, RingGeometry geometry, UnsafeBuffer header, UnsafeBuffer data) {
    this.mapping = mapping;
    rawHeader = header;
    this.data = data;
    key = geometry.key();
    capacity = geometry.capacity();
    maxMessageLength = capacity / 2;
    maxClaim = recordLength(maxMessageLength);
    singleProducer = geometry.isSingleProducer();
    words = new RingWords(header, geometry.groups(), geometry.consumers());
    producers = new ProducerSlot[geometry.producers()];
    for (int i = 0; i < producers.length; i++) {
      producers[i] = new ProducerSlot(words, i);
    }
    groups = new GroupSlot[geometry.groups()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = new GroupSlot(words, geometry, i);
    }
    consumers = new ConsumerSlot[geometry.consumers()];
    for (int i = 0; i < consumers.length; i++) {
      consumers[i] = new ConsumerSlot(words, geometry, i);
    }
    waiters = new WaiterSlot[geometry.waiters()];
    for (int i = 0; i < waiters.length; i++) {
      waiters[i] = new WaiterSlot(words, geometry, i);
    }
    records = new RecordHeader(data, capacity, key, maxClaim);
  }

  /** Creates sealed memory for a new ring. */
  static Descriptor create(RingOptions options) {
    RingGeometry geometry = RingGeometry.of(options);
    int headerLength = geometry.headerLength();
    Descriptor memfd = Memfd.create(options.name(), (long) headerLength + geometry.capacity());
    try (Mapping mapping = Mapping.of(memfd, 0, headerLength, true)) {
      UnsafeBuffer header = new UnsafeBuffer(mapping.address(), headerLength);
      geometry.write(header);
      RingWords words = new RingWords(header, geometry.groups(), geometry.consumers());
      for (int i = 0; i < geometry.consumers(); i++) {
        new ConsumerSlot(words, geometry, i).showNone();
      }
      return memfd;
    } catch (RuntimeException | Error failure) {
      memfd.close();
      throw failure;
    }
  }

  /**
   * Checks and maps memory that this or another process created.
   *
   * @throws DamagedRingException if it is no ring of this version, or damaged
   */
  static RingMemory map(Descriptor memfd) {
    if (!Memfd.isSealed(memfd)) {
      throw new DamagedRingException(memfd + " is not a sealed memfd and would be unsafe to map");
    }
    long size = memfd.status().size();
    if (size < SLOTS_OFFSET) {
      throw new DamagedRingException(memfd + " is too small for a ring: " + size + " bytes");
    }
    UnsafeBuffer fixed = new UnsafeBuffer(FileContent.readOnce(memfd, FIXED_LENGTH));
    RingGeometry geometry = RingGeometry.read(fixed, size);
    int headerLength = geometry.headerLength();
    Mapping mapping = Mapping.mirrored(memfd, size, headerLength, geometry.capacity());
    try {
      UnsafeBuffer header = new UnsafeBuffer(mapping.address(), headerLength);
      requireUnchanged(fixed, header);
      UnsafeBuffer data = new UnsafeBuffer(mapping.buffer(headerLength, 2 * geometry.capacity()));
      if (geometry.isLocked()) {
        mapping.lockInMemory();
      }
      return new RingMemory(mapping, geometry, header, data);
    } catch (RuntimeException | Error failure) {
      mapping.close();
      throw failure;
    }
  }

  /** What is mapped must be what was checked. */
  static void requireUnchanged(DirectBuffer fixed, DirectBuffer header) {
    for (int i = 0; i < FIXED_LENGTH; i++) {
      if (header.getByte(i) != fixed.getByte(i)) {
        throw new DamagedRingException(
            "the geometry of the ring changes while it is read, at byte " + i);
      }
    }
  }

  /** Unmaps, and makes the buffers unusable. No other thread is in a call any more. */
  void close() {
    rawHeader.wrap(0, 0);
    // The address stays: another thread may be using the buffer at this moment.
    data.wrap(data, 0, 0);
    mapping.close();
  }
}
