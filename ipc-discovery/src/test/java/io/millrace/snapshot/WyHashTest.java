package io.millrace.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The checksum is the published one. */
class WyHashTest {
  private static long hash(byte[] bytes, int length, long seed) {
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    return WyHash.of(buffer.byteArray(), buffer.addressOffset(), length, seed);
  }

  private static long hash(String text, long seed) {
    return hash(text.getBytes(US_ASCII), text.length(), seed);
  }

  @Test
  void itAgreesWithTheReferenceImplementation() {
    assertEquals(0x93228a4de0eec5a2L, hash("", 0));
    assertEquals(0xc5bac3db178713c4L, hash("a", 1));
    assertEquals(0xa97f2f7b1d9b3314L, hash("abc", 2));
    assertEquals(0x786d1f1df3801df4L, hash("message digest", 3));
    assertEquals(0xdca5a8138ad37c87L, hash("abcdefghijklmnopqrstuvwxyz", 4));
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    assertEquals(0xb9e734f117cfaf70L, hash(letters, 5));
    assertEquals(0x6cc5eab49a92d617L, hash("1234567890".repeat(8), 6));
  }

  @Test
  void itAgreesWithTheReferenceImplementationAtEveryLength() {
    byte[] bytes = new byte[1000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 7);
    }
    UnsafeBuffer direct =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes.length, Long.BYTES));
    direct.putBytes(0, bytes);
    long all = 0;
    for (int length = 0; length <= bytes.length; length++) {
      long hash = hash(bytes, length, length);
      assertEquals(hash, WyHash.of(null, direct.addressOffset(), length, length));
      all = 31 * all + hash;
    }
    // The same sum over the results of the reference implementation in C.
    assertEquals(0xa524c681213e0a8fL, all);
  }

  @Test
  void everyBitOfAValueAndItsVersionCounts() {
    for (int length : new int[] {1, 3, 4, 8, 15, 16, 17, 36, 47, 48, 77, 96, 97}) {
      byte[] bytes = new byte[length];
      long right = hash(bytes, length, 1);
      assertNotEquals(right, hash(bytes, length, 2));
      assertNotEquals(right, hash(bytes, length - 1, 1));
      for (int bit = 0; bit < length * 8; bit++) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        assertNotEquals(right, hash(bytes, length, 1));
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
      }
    }
  }
}
