package io.millrace.snapshot;

import org.agrona.UnsafeApi;

/**
 * The checksum of values: wyhash, final version 4. It finds damage, not forgery.
 *
 * <p>It lies on the path of every write, between the last byte and the publishing store, so what
 * counts is how soon the result is there: for a few dozen bytes that is half of what XXH64 takes.
 */
final class WyHash {
  private static final long SECRET_0 = 0x2d358dccaa6c78a5L;
  private static final long SECRET_1 = 0x8bb84b93962eacc9L;
  private static final long SECRET_2 = 0x4b33a62ed433d4a3L;
  private static final long SECRET_3 = 0x4d5a2da51de1aa47L;

  private static final int PAIR = 16;
  private static final int BLOCK = 3 * PAIR;

  private WyHash() {}

  /**
   * Hashes bytes that the caller knows to be there.
   *
   * @param base the array that they are in, {@code null} for an address
   * @param start where they start
   * @param length how many
   * @param seed the version of the value, so that bytes of another version do not pass
   * @return the checksum
   */
  static long of(Object base, long start, int length, long seed) {
    long hash = seed ^ mix(seed ^ SECRET_0, SECRET_1);
    if (length <= PAIR) {
      return finish(first(base, start, length), second(base, start, length), hash, length);
    }
    long at = start;
    if (length >= BLOCK) {
      at += (length / BLOCK) * (long) BLOCK;
      hash = blocks(base, start, at, hash);
    }
    // The last pair may overlap the one before.
    long last = start + length - PAIR;
    for (; at < last; at += PAIR) {
      hash = pair(base, at, SECRET_1, hash);
    }
    return finish(
        UnsafeApi.getLong(base, last), UnsafeApi.getLong(base, last + Long.BYTES), hash, length);
  }

  private static long blocks(Object base, long start, long end, long seed) {
    long lane1 = seed;
    long lane2 = seed;
    long lane3 = seed;
    for (long at = start; at < end; at += BLOCK) {
      lane1 = pair(base, at, SECRET_1, lane1);
      lane2 = pair(base, at + PAIR, SECRET_2, lane2);
      lane3 = pair(base, at + 2 * PAIR, SECRET_3, lane3);
    }
    return lane1 ^ lane2 ^ lane3;
  }

  private static long pair(Object base, long at, long secret, long lane) {
    return mix(
        UnsafeApi.getLong(base, at) ^ secret, UnsafeApi.getLong(base, at + Long.BYTES) ^ lane);
  }

  /** Of up to 16 bytes, together with {@link #second}: each byte is in one of them at least. */
  private static long first(Object base, long start, int length) {
    if (length >= Integer.BYTES) {
      return word(base, start) << 32 | word(base, start + middle(length));
    }
    if (length == 0) {
      return 0;
    }
    return (long) unsigned(base, start) << 16
        | unsigned(base, start + (length >> 1)) << 8
        | unsigned(base, start + length - 1);
  }

  private static long second(Object base, long start, int length) {
    if (length < Integer.BYTES) {
      return 0;
    }
    long last = start + length - Integer.BYTES;
    return word(base, last) << 32 | word(base, last - middle(length));
  }

  private static int middle(int length) {
    return length >> 3 << 2;
  }

  private static long word(Object base, long at) {
    return UnsafeApi.getInt(base, at) & 0xffffffffL;
  }

  private static int unsigned(Object base, long at) {
    return UnsafeApi.getByte(base, at) & 0xff;
  }

  private static long finish(long first, long second, long hash, int length) {
    long left = first ^ SECRET_1;
    long right = second ^ hash;
    return mix(left * right ^ SECRET_0 ^ length, Math.unsignedMultiplyHigh(left, right) ^ SECRET_1);
  }

  private static long mix(long left, long right) {
    return left * right ^ Math.unsignedMultiplyHigh(left, right);
  }
}
