package io.millrace.ring;

import static io.millrace.ring.RingLayout.RECORD_HEADER_LENGTH;
import static io.millrace.ring.Steps.Step.*;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes records into claimed space: header and payload first, then the stamp, which commits. */
final class RecordWriter {
  private final UnsafeBuffer payloads;
  private final RecordHeader records;

  RecordWriter(RingMemory memory) {
    payloads = memory.data;
    records = memory.records;
  }

  /** Writes and commits a record. */
  void write(long position, int type, DirectBuffer source, int offset, int length) {
    // Behind each ordered access fields are loaded again, locals are not.
    RecordHeader records = this.records;
    int index = records.index(position);
    long stamp = records.stamp(position);
    records.writeAt(index, type, length);
    Steps.reached(HEADER_WRITTEN);
    SmallCopy.copy(payloads, index + RECORD_HEADER_LENGTH, source, offset, length);
    Steps.reached(PAYLOAD_WRITTEN);
    records.commitAt(index, stamp);
    Steps.reached(COMMITTED);
  }

  /** Writes the header of a record. Returns where the payload goes. */
  int begin(long position, int type, int length) {
    records.write(position, type, length);
    Steps.reached(HEADER_WRITTEN);
    return records.payloadIndex(position);
  }

  void commit(long position) {
    Steps.reached(PAYLOAD_WRITTEN);
    records.commit(position);
    Steps.reached(COMMITTED);
  }

  /** Makes consumers skip space, header included. */
  void pad(long position, long bytes) {
    records.writePadding(position, bytes);
    Steps.reached(HEADER_WRITTEN);
    commit(position);
  }
}
