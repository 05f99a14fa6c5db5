package io.millrace.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads and writes whole small files through their descriptors. */
public final class FileContent {
  private FileContent() {}

  /**
   * Reads a file from its start.
   *
   * @param file the file
   * @param limit how many bytes at most
   * @return its first bytes, {@code limit} of them if it is longer
   */
  public static byte[] read(Descriptor file, int limit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(limit);
      int total = 0;
      while (total < limit) {
        long count =
            SystemCallException.check(
                Libc.pread(file.number(), buffer.asSlice(total), limit - total, total),
                "pread",
                file.toString());
        if (count == 0) {
          break;
        }
        total += (int) count;
      }
      return buffer.asSlice(0, total).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /**
   * Writes all bytes from the start of a file.
   *
   * @param file the file, open for writing
   * @param content the bytes
   * @throws SystemCallException for example ENOSPC when the file system is full
   */
  public static void write(Descriptor file, byte[] content) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
      int total = 0;
      while (total < content.length) {
        total +=
            (int)
                SystemCallException.check(
                    Libc.pwrite(
                        file.number(), buffer.asSlice(total), content.length - total, total),
                    "pwrite",
                    file.toString());
      }
    }
  }
}
