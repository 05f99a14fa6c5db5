package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** One group of the ring: its place in memory. */
final class Group {
  final int index;
  final int slot;
  private final RingMemory memory;
  private final UnsafeBuffer header;

  Group(RingMemory memory, int index) {
    this.memory = memory;
    this.index = index;
    header = memory.header;
    slot = memory.groupSlot(index);
  }

  int state() {
    return header.getIntVolatile(slot + GROUP_STATE);
  }

  boolean isShared() {
    return (header.getInt(slot + GROUP_MODE) & MODE_SHARED) != 0;
  }

  boolean isRetained() {
    return (header.getInt(slot + GROUP_MODE) & MODE_RETAIN) != 0;
  }

  /** Notes, or forgets, that the only consumer was killed and its slot does not tell any more. */
  void setUnclean(boolean unclean) {
    int mode = header.getInt(slot + GROUP_MODE);
    header.putInt(slot + GROUP_MODE, unclean ? mode | MODE_UNCLEAN : mode & ~MODE_UNCLEAN);
  }

  boolean isUnclean() {
    return (header.getInt(slot + GROUP_MODE) & MODE_UNCLEAN) != 0;
  }

  String name() {
    int length = Math.max(0, Math.min(MAX_GROUP_NAME, header.getInt(slot + GROUP_NAME_LENGTH)));
    byte[] bytes = new byte[length];
    header.getBytes(slot + GROUP_NAME, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** The cursor as it is in memory: position and who claimed last. */
  long cursor() {
    return header.getLongVolatile(slot + CURSOR);
  }

  long position() {
    return RingLayout.position(cursor());
  }

  /**
   * Opens the group. Published with a cursor that is certainly not too high, then moved to where
   * the group really starts: producers that have not seen the group have read their limit before.
   */
  void open(GroupOptions options) {
    byte[] name = options.name().getBytes(StandardCharsets.US_ASCII);
    header.putInt(slot + GROUP_NAME_LENGTH, name.length);
    header.putBytes(slot + GROUP_NAME, name);
    header.putInt(
        slot + GROUP_MODE,
        (options.isShared() ? MODE_SHARED : 0) | (options.isRetained() ? MODE_RETAIN : 0));
    header.putLong(slot + GROUP_REDELIVERIES, 0);
    header.putLong(slot + GROUP_RECOVERIES, 0);
    header.putLong(slot + CURSOR, start(options) | NOBODY);
    header.putIntVolatile(slot + GROUP_STATE, OPENING);
    if (header.getInt(GROUP_BOUND_OFFSET) <= index) {
      header.putIntVolatile(GROUP_BOUND_OFFSET, index + 1);
    }
    header.putLongVolatile(slot + CURSOR, start(options) | NOBODY);
    header.putIntVolatile(slot + GROUP_STATE, ACTIVE);
  }

  private long start(GroupOptions options) {
    long tail = memory.tail();
    return options.fromOldest() ? Space.slowestCursor(memory, tail, index) : tail;
  }

  void remove() {
    header.putIntVolatile(slot + GROUP_STATE, FREE);
  }

  void countRecovery() {
    header.getAndAddLong(slot + GROUP_RECOVERIES, 1);
  }

  void countRedelivery() {
    header.getAndAddLong(slot + GROUP_REDELIVERIES, 1);
  }
}
