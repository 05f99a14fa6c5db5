package io.millrace.snapshot;

/**
 * Where everything is in a snapshot file, and how its words are made up.
 *
 * <pre>
 *     0  +--------------------------------------------------------------+
 *        | magic (8) | layout version (4) | CRC-32C of bytes 0..63 (4)  |  written once, before
 *    16  | header length (4) | reader slots (4) | buffers (4) | flags (4)|  the file has a name
 *    32  | maximum value length (8) | buffer stride (8) | unused (16)   |
 *   128  +--------------------------------------------------------------+
 *        | current (8): version and buffer in one word                  |  writer stores, all load
 *   256  +--------------------------------------------------------------+
 *        | wake requested (4) | wake byte (4) | slot limit (4)          |  see below
 *   384  +--------------------------------------------------------------+
 *        | writer's pid (4)           lock byte of the writer: byte 384 |  writer stores
 *   512  +--------------------------------------------------------------+
 *        | reader slot 0: pin (8) | pid (4)           lock byte: 512    |  its reader stores; the
 *   640  | reader slot 1 ...                                            |  writer answers ANNOUNCED
 *        +--------------------------------------------------------------+
 *  header| buffer 0: version (8) | length (8) | checksum (8) | value    |  writer stores, all load
 *  length+--------------------------------------------------------------+
 *        | buffer 1, one stride later ...                               |
 *        +--------------------------------------------------------------+
 * </pre>
 *
 * <p>Whatever one process writes often has 128 bytes of its own, so that neither its cache line nor
 * the neighbour that the processor fetches along is shared. The third line is read by the writer at
 * every write and written rarely: a waiter sets <i>wake requested</i> and the writer clears it, the
 * <i>wake byte</i> is only ever written by a system call, and the <i>slot limit</i> (one more than
 * the highest slot ever used) only grows.
 *
 * <p>A word of <i>current</i> or of a <i>pin</i> is {@code version << 10 | buffer}. Versions start
 * at 1, so a word is never 0.
 */
final class SnapshotLayout {
  static final long MAGIC = 0x50414e534c4c494dL; // "MILLSNAP", little-endian
  static final int MAJOR_VERSION = 1;
  static final int MINOR_VERSION = 0;

  static final int MAGIC_OFFSET = 0;
  static final int LAYOUT_VERSION_OFFSET = 8;
  static final int CRC_OFFSET = 12;
  static final int HEADER_LENGTH_OFFSET = 16;
  static final int READERS_OFFSET = 20;
  static final int BUFFERS_OFFSET = 24;
  static final int FLAGS_OFFSET = 28;
  static final int MAXIMUM_OFFSET = 32;
  static final int STRIDE_OFFSET = 40;
  static final int GEOMETRY_LENGTH = 64;

  static final int CURRENT_OFFSET = 128;

  static final int WAKE_REQUESTED_OFFSET = 256;
  static final int WAKE_BYTE_OFFSET = 260;
  static final int SLOT_LIMIT_OFFSET = 264;

  static final int WRITER_OFFSET = 384;
  static final int WRITER_PID_OFFSET = WRITER_OFFSET;

  private static final int SLOTS_OFFSET = 512;
  private static final int SLOT_LENGTH = 128;
  private static final int SLOT_PID = 8;

  static final int VALUE_VERSION = 0;
  static final int VALUE_LENGTH = 8;
  static final int VALUE_CHECKSUM = 16;
  static final int VALUE = 24;

  /** Header and strides are multiples of this, so that room is reserved in whole blocks. */
  static final int BLOCK = 4096;

  /** Flag: the writer makes the waking system call at every write. */
  static final int FLAG_WAKE_ALWAYS = 1;

  static final int MAX_BUFFERS = 1023;
  static final int MAX_READERS = 4096;

  /** Values are indexed by int, with room for the header in front and one word behind. */
  static final long MAX_VALUE_LENGTH = Integer.MAX_VALUE - 64L;

  /** Current: nothing was ever written. Pin: no buffer. */
  static final long NONE = 0;

  /** Pin: the reader is about to take whatever is current; the writer may choose for it. */
  static final long ANNOUNCED = -1;

  /** Current: the file was removed by {@link Synchronizer#remove()}. */
  static final long RETIRED = -2;

  /** Current, as a closed handle sees it. Never in a file. */
  static final long CLOSED = -3;

  /** What a reader that holds no value compares the current word with. Never in a file. */
  static final long NOTHING_HELD = -4;

  private static final int BUFFER_BITS = 10;
  private static final int BUFFER_MASK = (1 << BUFFER_BITS) - 1;

  private SnapshotLayout() {}

  static long word(long version, int buffer) {
    return version << BUFFER_BITS | buffer;
  }

  static long version(long word) {
    return word >>> BUFFER_BITS;
  }

  static int buffer(long word) {
    return (int) word & BUFFER_MASK;
  }

  /** Where a reader's slot starts; its first byte is also its lock. */
  static int slotOffset(int slot) {
    return SLOTS_OFFSET + slot * SLOT_LENGTH;
  }

  static int slotPidOffset(int slot) {
    return slotOffset(slot) + SLOT_PID;
  }

  static int headerLength(int readers) {
    return (int) toBlocks(slotOffset(readers));
  }

  static long stride(long maximumLength) {
    return toBlocks(VALUE + maximumLength);
  }

  static long toBlocks(long length) {
    return (length + BLOCK - 1) / BLOCK * BLOCK;
  }
}
