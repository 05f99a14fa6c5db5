package io.millrace.perf.peer;

import io.millrace.perf.link.LinkPlace;
import java.io.IOException;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The memory of a stream of records that all have one length, each in lines of its own: a stamp
 * that only its place in the stream can have, stored last with release, the length, the payload.
 *
 * <pre>
 *   128 tail      records that are claimed
 *   512 cursor    records that are read
 *  4096 records   stamp 8, length 8, payload
 * </pre>
 *
 * <p>Accessed without any bounds check: that is what a floor is for.
 */
final class StampedLines implements AutoCloseable {
  private static final int LINE = 64;
  private static final int HEADER = 16;
  private static final int TAIL_AT = 128;
  private static final int CURSOR_AT = 512;
  private static final int RECORDS_AT = 4096;
  private static final long KEY = 0x1234_5678_90ab_cdefL;

  /** The records of one lap. */
  final int lap;

  private final MappedFile file;
  private final UnsafeBuffer memory;
  private final int recordLength;
  private final long base;

  private StampedLines(MappedFile file, LinkPlace place) {
    this.file = file;
    memory = file.buffer();
    base = memory.addressOffset();
    recordLength = recordLength(place);
    lap = place.capacity() / recordLength;
  }

  static void create(LinkPlace place) throws IOException {
    MappedFile.create(place.file(), RECORDS_AT + place.capacity()).close();
  }

  static StampedLines open(LinkPlace place) throws IOException {
    return new StampedLines(MappedFile.open(place.file()), place);
  }

  private static int recordLength(LinkPlace place) {
    return place.length() + HEADER + LINE - 1 & -LINE;
  }

  /** Where the record with a number is, in {@link #memory()}. */
  int at(long number) {
    return RECORDS_AT + (int) (number % lap) * recordLength;
  }

  /** Where the one behind it is: without a division for each record. */
  int next(int at) {
    int next = at + recordLength;
    return next == RECORDS_AT + lap * recordLength ? RECORDS_AT : next;
  }

  static int payload(int at) {
    return at + HEADER;
  }

  UnsafeBuffer memory() {
    return memory;
  }

  long tail() {
    return UnsafeApi.getLongVolatile(null, base + TAIL_AT);
  }

  void tail(long records) {
    UnsafeApi.putLongRelease(null, base + TAIL_AT, records);
  }

  boolean moveTail(long from, long to) {
    return UnsafeApi.compareAndSetLong(null, base + TAIL_AT, from, to);
  }

  long cursor() {
    return UnsafeApi.getLongVolatile(null, base + CURSOR_AT);
  }

  void cursor(long records) {
    UnsafeApi.putLongRelease(null, base + CURSOR_AT, records);
  }

  boolean isThere(int at, long number) {
    return UnsafeApi.getLongVolatile(null, base + at) == stamp(number);
  }

  int length(int at) {
    return (int) UnsafeApi.getLong(null, base + at + Long.BYTES);
  }

  /** Copies words, the last of which may overlap the one before. */
  void write(int at, long number, byte[] array, long source, int length) {
    long record = base + at;
    UnsafeApi.putLong(null, record + Long.BYTES, length);
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      UnsafeApi.putLong(null, record + HEADER + i, UnsafeApi.getLong(array, source + i));
    }
    UnsafeApi.putLong(null, record + HEADER + last, UnsafeApi.getLong(array, source + last));
    UnsafeApi.putLongRelease(null, record, stamp(number));
  }

  private static long stamp(long number) {
    return (number ^ KEY) * 0x9e37_79b9_7f4a_7c15L;
  }

  @Override
  public void close() {
    file.close();
  }
}
