package io.millrace.topic;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.Ring;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a hostile member does to a record, which no handle can. */
final class OverwrittenRecord {
  private static final int HEADER = 16;
  private static final int LINE = 64;

  private OverwrittenRecord() {}

  /** Writes over the stamp of the first record with a payload of one number. */
  static void withNumber(Ring ring, long number) throws IOException {
    String memory = "/proc/self/fd/" + ring.descriptors()[0];
    try (RandomAccessFile file = new RandomAccessFile(memory, "rw")) {
      byte[] bytes = new byte[(int) file.length()];
      file.readFully(bytes);
      ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int payload = HEADER;
      while (payload < bytes.length && all.getLong(payload) != number) {
        payload += LINE;
      }
      assertTrue(payload < bytes.length, "the record is there");
      file.seek(payload - HEADER);
      file.writeLong(0);
    }
  }
}
