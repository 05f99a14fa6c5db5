package io.millrace.bridge;

import io.aeron.archive.checksum.Checksum;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * By which the archive knows whether its last frame is whole, when it starts after a kill. Without
 * it a frame on two pages that ends with zeros is taken for one that was not written to its end,
 * and the archive does not start.
 *
 * <p>Aeron's own ones are the same number, and want the JVM opened to them. Used by one thread at a
 * time.
 */
final class FrameChecksum implements Checksum {
  private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
  private final CRC32C crc = new CRC32C();
  private byte[] copy = new byte[1 << 16];

  @Override
  public int compute(long address, int offset, int length) {
    if (copy.length < length) {
      copy = new byte[length];
    }
    frame.wrap(address + offset, length);
    frame.getBytes(0, copy, 0, length);
    crc.reset();
    crc.update(copy, 0, length);
    return (int) crc.getValue();
  }
}
