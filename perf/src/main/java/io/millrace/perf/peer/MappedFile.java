package io.millrace.perf.peer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** A file in memory (tmpfs) that processes map. */
public final class MappedFile implements AutoCloseable {
  private final MappedByteBuffer bytes;
  private final UnsafeBuffer buffer;

  private MappedFile(Path path, long length, StandardOpenOption... how) throws IOException {
    try (FileChannel file = FileChannel.open(path, how)) {
      bytes = file.map(MapMode.READ_WRITE, 0, length == 0 ? file.size() : length);
    }
    buffer = new UnsafeBuffer(bytes);
  }

  /**
   * Makes one, full of zeros, and maps it.
   *
   * @param path where
   * @param length how long
   * @return the mapped file
   * @throws IOException if it cannot be made
   */
  public static MappedFile create(Path path, long length) throws IOException {
    MappedFile file =
        new MappedFile(
            path,
            length,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW);
    file.buffer.setMemory(0, (int) length, (byte) 0);
    return file;
  }

  /** Maps all of one that is there. */
  static MappedFile open(Path path) throws IOException {
    return new MappedFile(path, 0, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * The memory.
   *
   * @return all of it
   */
  public UnsafeBuffer buffer() {
    return buffer;
  }

  @Override
  public void close() {
    IoUtil.unmap(bytes);
  }
}
