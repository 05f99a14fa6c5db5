package io.millrace.discovery.root;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Where things stand in the file of turns, which all publishers of a registry share. All integers
 * are little-endian.
 *
 * <pre>
 *     0  magic "MRTURNS1" (long)
 *     8  511 counters (long): the highest generation that any name of this place has had, or was
 *        to have. Written by the holder of the turn of the place; never goes back behind a
 *        generation that was seen.
 *  4096
 * </pre>
 *
 * The first byte of a counter is locked by the process that has the turn of its place. A name has
 * one place; several names may share one, which only makes their generations grow faster.
 */
public final class TurnsLayout {
  public static final long MAGIC = 0x31534e525554524dL;
  public static final int MAGIC_OFFSET = 0;
  static final int COUNTERS_OFFSET = 8;
  public static final int FILE_SIZE = 4096;

  private static final int PLACES = (FILE_SIZE - COUNTERS_OFFSET) / Long.BYTES;

  private TurnsLayout() {}

  /** Tells by its beginning whether a file was written as one of turns. */
  public static boolean isMarked(byte[] start) {
    return start.length >= Long.BYTES
        && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong(MAGIC_OFFSET) == MAGIC;
  }

  public static int counterOf(String name) {
    CRC32C hash = new CRC32C();
    hash.update(name.getBytes(StandardCharsets.UTF_8));
    return COUNTERS_OFFSET + (int) (hash.getValue() % PLACES) * Long.BYTES;
  }
}
