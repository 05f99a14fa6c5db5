package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes records into claimed space: header and payload first, then the stamp, which commits. */
final class RecordWriter {
  private final UnsafeBuffer payloads;
  private final RawMemory data;
  private final long key;
  private final int mask;

  RecordWriter(RingMemory memory) {
    payloads = memory.data;
    data = memory.rawData;
    key = memory.key;
    mask = memory.mask;
  }

  /** Writes and commits a record. */
  void write(long position, DirectBuffer source, int offset, int length, int type) {
    int payload = begin(position, length, type);
    SmallCopy.copy(payloads, payload, source, offset, length);
    commit(position);
  }

  /** Writes the header of a record. Returns where the payload goes. */
  int begin(long position, int length, int type) {
    int index = (int) position & mask;
    data.putLong(index + RECORD_LENGTH, lengthAndType(length, type));
    Steps.reached(HEADER_WRITTEN);
    return index + RECORD_HEADER_LENGTH;
  }

  void commit(long position) {
    Steps.reached(PAYLOAD_WRITTEN);
    data.putLongRelease((int) position & mask, stamp(position, key));
    Steps.reached(COMMITTED);
  }

  /** Makes consumers skip space, header included. */
  void pad(long position, int length) {
    begin(position, length - RECORD_HEADER_LENGTH, PADDING);
    commit(position);
  }
}
