package io.millrace.discovery.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where things stand in the file of a service. All integers are little-endian.
 *
 * <pre>
 *      0 +--------------------------------+
 *        | slot 0: the newest record or   |   magic    (int)    "MRSR"
 *        |         the one before it      |   major    (short)  version; newer ones are refused
 *        |                                |   reserved (short)  0
 *        |                                |   length   (int)    bytes behind these 16
 *        |                                |   crc      (int)    CRC32C of those bytes
 *        |                                |   SBE message header, SBE message ServiceRecord
 *  16384 +--------------------------------+
 *        | slot 1: likewise; absent until |
 *        |         the first update       |
 *        +--------------------------------+
 * </pre>
 *
 * Only the publisher writes, and always into the slot that does not hold the newest record. So at
 * every moment, also after a kill in the middle of a write, one slot holds a whole record; readers
 * take the whole one with the higher revision.
 *
 * <p>Two bytes are locked, which changes nothing in them: byte 0 by the publisher from before the
 * name appears until it withdraws or dies (once free it stays free), byte 1 by the process that
 * removes the name of a dead publisher.
 */
public final class RecordLayout {
  public static final int MAGIC = 0x5253524d;
  static final int MAJOR = 1;

  static final int MAGIC_OFFSET = 0;
  static final int MAJOR_OFFSET = 4;
  static final int LENGTH_OFFSET = 8;
  static final int CRC_OFFSET = 12;
  static final int MESSAGE_OFFSET = 16;

  public static final int SLOT_SIZE = 16 * 1024;
  static final int MAX_FILE_SIZE = 2 * SLOT_SIZE;
  static final int MAX_MESSAGE_SIZE = SLOT_SIZE - MESSAGE_OFFSET;

  public static final long PUBLISHER_LOCK = 0;
  public static final long CLEANER_LOCK = 1;

  private RecordLayout() {}

  /** Tells by its beginning whether a file was written as a record, whole or damaged. */
  static boolean isMarked(byte[] start) {
    return start.length >= Integer.BYTES
        && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt(MAGIC_OFFSET) == MAGIC;
  }

  public static int slotOf(long revision) {
    return (int) (revision & 1) * SLOT_SIZE;
  }
}
