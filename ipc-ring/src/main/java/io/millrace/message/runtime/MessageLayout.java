package io.millrace.message.runtime;

/**
 * Where the parts of a message are, as SBE lays them out, little-endian:
 *
 * <pre>
 *  0             2            4          6         8        8 + blockLength
 *  | blockLength | templateId | schemaId | version | fields | groups | variable data |
 *
 *  group: | blockLength | count |  entry: fields, variable data  | entry ...
 *         0             2       4
 *  data:  | length      | bytes ...
 *         0             4
 * </pre>
 */
public final class MessageLayout {
  /** Bytes of the header of a message. */
  public static final int HEADER_LENGTH = 8;

  /** Bytes of the header of a group: length of an entry's block, number of entries. */
  public static final int GROUP_HEADER = 4;

  /** Where the number of entries is in it. */
  public static final int COUNT = 2;

  /** Bytes of the length of variable data. */
  public static final int DATA_HEADER = 4;

  private MessageLayout() {}

  /**
   * The header of a message as one number of a little-endian machine.
   *
   * @param blockLength the bytes of the fixed fields
   * @param templateId the message
   * @param schemaId the schema
   * @param version of the schema
   * @return all four, 16 bits each, the first lowest
   */
  public static long header(int blockLength, int templateId, int schemaId, int version) {
    return blockLength | (long) templateId << 16 | (long) schemaId << 32 | (long) version << 48;
  }

  static int blockLength(long header) {
    return (int) header & 0xffff;
  }

  static int templateId(long header) {
    return (int) (header >>> 16) & 0xffff;
  }

  static int schemaId(long header) {
    return (int) (header >>> 32) & 0xffff;
  }

  static int version(long header) {
    return (int) (header >>> 48);
  }
}
