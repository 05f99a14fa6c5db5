package io.millrace.message.runtime;

import io.millrace.ring.MalformedRecordException;

/**
 * How long the block of a message, or of an entry of a group, was in each version of the schema.
 *
 * @param name for people
 * @param version of the reader
 * @param versions in which the block changed; the first is the one that brought it
 * @param lengths of the block from these versions on
 * @param dataParts of variable length in an entry
 */
public record Shape(String name, int version, int[] versions, int[] lengths, int dataParts) {
  /** Checks a message that has only a block. */
  void requireFixed(long header, int length) {
    requireBlock(header, length);
    requireEnd(header, MessageLayout.HEADER_LENGTH + MessageLayout.blockLength(header), length);
  }

  /** Checks the header of a message. */
  void requireBlock(long header, int length) {
    int block = MessageLayout.blockLength(header);
    requireBlock(block, MessageLayout.version(header));
    if (MessageLayout.HEADER_LENGTH + block > length) {
      throw cut(length);
    }
  }

  /** Newer writers may have more, all others have just what their version had. */
  void requireBlock(int block, int acting) {
    if (acting < versions[0]) {
      throw malformed("version " + acting + " of the schema has none");
    }
    int expected = lengths[0];
    for (int i = 1; i < versions.length && versions[i] <= acting; i++) {
      expected = lengths[i];
    }
    if (acting <= version ? block != expected : block < expected) {
      throw malformed(
          "a block of " + block + " bytes, in version " + acting + " it has " + expected);
    }
  }

  /** Nothing may follow what a reader of that age knows. */
  void requireEnd(long header, int end, int length) {
    if (end < length && MessageLayout.version(header) <= version) {
      throw malformed((length - end) + " bytes follow behind its end");
    }
  }

  MalformedRecordException cut(int length) {
    return malformed("cut short, a record of " + length + " bytes");
  }

  MalformedRecordException malformed(String why) {
    return new MalformedRecordException(name + ": " + why);
  }
}
