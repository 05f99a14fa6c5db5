package io.millrace.snapshot;

import org.agrona.DirectBuffer;

/**
 * XXH64, a fast 64-bit checksum: four independent lanes of eight bytes each. It finds damage, not
 * forgery.
 */
final class XxHash64 {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  private XxHash64() {}

  static long of(DirectBuffer bytes, int offset, int length, long seed) {
    int end = offset + length;
    int at = offset;
    long hash;
    if (length >= 32) {
      long lane1 = seed + PRIME_1 + PRIME_2;
      long lane2 = seed + PRIME_2;
      long lane3 = seed;
      long lane4 = seed - PRIME_1;
      for (int last = end - 32; at <= last; at += 32) {
        lane1 = round(lane1, bytes.getLong(at));
        lane2 = round(lane2, bytes.getLong(at + 8));
        lane3 = round(lane3, bytes.getLong(at + 16));
        lane4 = round(lane4, bytes.getLong(at + 24));
      }
      hash =
          Long.rotateLeft(lane1, 1)
              + Long.rotateLeft(lane2, 7)
              + Long.rotateLeft(lane3, 12)
              + Long.rotateLeft(lane4, 18);
      hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
    } else {
      hash = seed + PRIME_5;
    }
    return finish(bytes, at, end, hash + length);
  }

  private static long finish(DirectBuffer bytes, int start, int end, long start64) {
    long hash = start64;
    int at = start;
    for (; end - at >= 8; at += 8) {
      hash = Long.rotateLeft(hash ^ round(0, bytes.getLong(at)), 27) * PRIME_1 + PRIME_4;
    }
    if (end - at >= 4) {
      hash ^= (bytes.getInt(at) & 0xffffffffL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      hash = Long.rotateLeft(hash ^ (bytes.getByte(at) & 0xff) * PRIME_5, 11) * PRIME_1;
    }
    hash = (hash ^ hash >>> 33) * PRIME_2;
    hash = (hash ^ hash >>> 29) * PRIME_3;
    return hash ^ hash >>> 32;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }
}
