package io.millrace.recording;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What stands in one excerpt of the queue. All integers are little-endian.
 *
 * <pre>
 *   0 kind       1 source, 2 record, 3 loss
 *   4 type       of a record, else 0
 *   8 time       nanoseconds since 1970, never lower than in the excerpt before
 *
 *  record, loss:
 *  16 source     the index, in this queue, of the excerpt that describes it
 *  24 position   of the record in its stream; of a loss: how many bytes
 *  32 length     of the payload; 0
 *  36 0
 *  40 payload
 *
 *  source:
 *  16 id         24 kind: 0 ring, 1 publisher   28 pid   32 capacity
 *  36 length of the name, 40 of the service, 44 both in UTF-8
 * </pre>
 *
 * <p>A source is described before its first record in each file of the queue, so that every file
 * can be read by itself.
 */
final class ExcerptLayout {
  static final int SOURCE = 1;
  static final int RECORD = 2;
  static final int LOSS = 3;

  static final int HEADER_LENGTH = 40;

  /** The names in it have at most 255 letters each. */
  static final int LONGEST_SOURCE = 4096;

  private static final int KIND_OFFSET = 0;
  private static final int TYPE_OFFSET = 4;
  private static final int TIME_OFFSET = 8;
  private static final int SOURCE_OFFSET = 16;
  private static final int POSITION_OFFSET = 24;
  private static final int LENGTH_OFFSET = 32;

  private static final int ID_OFFSET = 16;
  private static final int SOURCE_KIND_OFFSET = 24;
  private static final int PID_OFFSET = 28;
  private static final int CAPACITY_OFFSET = 32;
  private static final int NAME_LENGTH_OFFSET = 36;
  private static final int SERVICE_LENGTH_OFFSET = 40;
  private static final int NAMES_OFFSET = 44;

  private ExcerptLayout() {}

  static void putHeader(
      MutableDirectBuffer excerpt,
      int kind,
      int type,
      long timeNanos,
      long source,
      long position,
      int length) {
    excerpt.putInt(KIND_OFFSET, kind, LITTLE_ENDIAN);
    excerpt.putInt(TYPE_OFFSET, type, LITTLE_ENDIAN);
    excerpt.putLong(TIME_OFFSET, timeNanos, LITTLE_ENDIAN);
    excerpt.putLong(SOURCE_OFFSET, source, LITTLE_ENDIAN);
    excerpt.putLong(POSITION_OFFSET, position, LITTLE_ENDIAN);
    excerpt.putInt(LENGTH_OFFSET, length, LITTLE_ENDIAN);
    excerpt.putInt(LENGTH_OFFSET + Integer.BYTES, 0, LITTLE_ENDIAN);
  }

  /** Returns the length of the excerpt. */
  static int putSource(MutableDirectBuffer excerpt, long timeNanos, RecordedSource source) {
    byte[] name = source.name().getBytes(StandardCharsets.UTF_8);
    byte[] service = source.service().getBytes(StandardCharsets.UTF_8);
    excerpt.putInt(KIND_OFFSET, SOURCE, LITTLE_ENDIAN);
    excerpt.putInt(TYPE_OFFSET, 0, LITTLE_ENDIAN);
    excerpt.putLong(TIME_OFFSET, timeNanos, LITTLE_ENDIAN);
    excerpt.putLong(ID_OFFSET, source.id(), LITTLE_ENDIAN);
    excerpt.putInt(SOURCE_KIND_OFFSET, source.kind().ordinal(), LITTLE_ENDIAN);
    excerpt.putInt(PID_OFFSET, source.pid(), LITTLE_ENDIAN);
    excerpt.putInt(CAPACITY_OFFSET, source.capacity(), LITTLE_ENDIAN);
    excerpt.putInt(NAME_LENGTH_OFFSET, name.length, LITTLE_ENDIAN);
    excerpt.putInt(SERVICE_LENGTH_OFFSET, service.length, LITTLE_ENDIAN);
    excerpt.putBytes(NAMES_OFFSET, name);
    excerpt.putBytes(NAMES_OFFSET + name.length, service);
    return NAMES_OFFSET + name.length + service.length;
  }

  static int kind(DirectBuffer excerpt) {
    return excerpt.getInt(KIND_OFFSET, LITTLE_ENDIAN);
  }

  static int type(DirectBuffer excerpt) {
    return excerpt.getInt(TYPE_OFFSET, LITTLE_ENDIAN);
  }

  static long time(DirectBuffer excerpt) {
    return excerpt.getLong(TIME_OFFSET, LITTLE_ENDIAN);
  }

  static long sourceIndex(DirectBuffer excerpt) {
    return excerpt.getLong(SOURCE_OFFSET, LITTLE_ENDIAN);
  }

  static long position(DirectBuffer excerpt) {
    return excerpt.getLong(POSITION_OFFSET, LITTLE_ENDIAN);
  }

  static int length(DirectBuffer excerpt) {
    return excerpt.getInt(LENGTH_OFFSET, LITTLE_ENDIAN);
  }

  /** Tells whether all that the excerpt says of itself is inside it. */
  static boolean isWhole(DirectBuffer excerpt) {
    int capacity = excerpt.capacity();
    if (capacity < HEADER_LENGTH) {
      return false;
    }
    return switch (kind(excerpt)) {
      case RECORD -> length(excerpt) == capacity - HEADER_LENGTH && type(excerpt) >= 0;
      case LOSS -> length(excerpt) == 0 && position(excerpt) >= 0;
      case SOURCE -> isWholeSource(excerpt);
      default -> false;
    };
  }

  private static boolean isWholeSource(DirectBuffer excerpt) {
    if (excerpt.capacity() < NAMES_OFFSET) {
      return false;
    }
    int kind = excerpt.getInt(SOURCE_KIND_OFFSET, LITTLE_ENDIAN);
    int name = excerpt.getInt(NAME_LENGTH_OFFSET, LITTLE_ENDIAN);
    int service = excerpt.getInt(SERVICE_LENGTH_OFFSET, LITTLE_ENDIAN);
    int capacity = excerpt.getInt(CAPACITY_OFFSET, LITTLE_ENDIAN);
    return (kind == 0 || kind == 1)
        && capacity >= 0
        && name >= 0
        && service >= 0
        && NAMES_OFFSET + (long) name + service == excerpt.capacity();
  }

  static RecordedSource source(DirectBuffer excerpt) {
    byte[] name = new byte[excerpt.getInt(NAME_LENGTH_OFFSET, LITTLE_ENDIAN)];
    byte[] service = new byte[excerpt.getInt(SERVICE_LENGTH_OFFSET, LITTLE_ENDIAN)];
    excerpt.getBytes(NAMES_OFFSET, name);
    excerpt.getBytes(NAMES_OFFSET + name.length, service);
    return new RecordedSource(
        excerpt.getLong(ID_OFFSET, LITTLE_ENDIAN),
        RecordedSource.Kind.values()[excerpt.getInt(SOURCE_KIND_OFFSET, LITTLE_ENDIAN)],
        new String(name, StandardCharsets.UTF_8),
        new String(service, StandardCharsets.UTF_8),
        excerpt.getInt(PID_OFFSET, LITTLE_ENDIAN),
        excerpt.getInt(CAPACITY_OFFSET, LITTLE_ENDIAN));
  }
}
