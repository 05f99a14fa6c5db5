package io.millrace.os;

import io.millrace.SystemCallException;
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
            CallResult.check(
                Libc.pread(file.number(), buffer.asSlice(total), limit - total, total),
                "pread",
                file);
        if (count == 0) {
          break;
        }
        total += (int) count;
      }
      return buffer.asSlice(0, total).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /**
   * Reads a file from its start with a single call.
   *
   * @param file the file
   * @param limit how many bytes at most
   * @return what the kernel gave at once: of a regular file all of it, up to the limit
   */
  public static byte[] readOnce(Descriptor file, int limit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(limit);
      long count = CallResult.check(Libc.pread(file.number(), buffer, limit, 0), "pread", file);
      return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
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
    write(file, content, 0);
  }

  /**
   * Writes all bytes from some offset of a file on.
   *
   * @param file the file, open for writing
   * @param content the bytes
   * @param offset where the first byte goes
   * @throws SystemCallException for example ENOSPC when the file system is full
   */
  public static void write(Descriptor file, byte[] content, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, content);
      int total = 0;
      while (total < content.length) {
        total +=
            (int)
                CallResult.check(
                    Libc.pwrite(
                        file.number(),
                        buffer.asSlice(total),
                        content.length - total,
                        offset + total),
                    "pwrite",
                    file);
      }
    }
  }
}
