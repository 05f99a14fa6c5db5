package io.millrace.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The checksum is the published one. */
class XxHash64Test {
  private static long hash(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    return XxHash64.of(new UnsafeBuffer(bytes), 0, bytes.length, 0);
  }

  @Test
  void itAgreesWithTheReferenceImplementation() {
    assertEquals(0xEF46DB3751D8E999L, hash(""));
    assertEquals(0xD24EC4F1A98C6E5BL, hash("a"));
    assertEquals(0x44BC2CF5AD770999L, hash("abc"));
    assertEquals(0x0B242D361FDA71BCL, hash("The quick brown fox jumps over the lazy dog"));
    assertEquals(0xFBCEA83C8A378BF1L, hash("Nobody inspects the spammish repetition"));
  }

  @Test
  void everyBitOfAValueAndItsVersionCounts() {
    byte[] bytes = new byte[77];
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    long right = XxHash64.of(buffer, 0, bytes.length, 1);
    assertNotEquals(right, XxHash64.of(buffer, 0, bytes.length, 2));
    assertNotEquals(right, XxHash64.of(buffer, 0, bytes.length - 1, 1));
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertNotEquals(right, XxHash64.of(buffer, 0, bytes.length, 1));
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }
}
