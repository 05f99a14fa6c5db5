package io.millrace.perf.bench;

import io.millrace.perf.peer.MappedFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How many messages each of several processes has received: each writes a cache line of its own.
 */
final class CountBoard implements AutoCloseable {
  private static final String FILE = "counts";

  /** Lines that are prefetched in pairs do not disturb each other. */
  private static final int LINE = 128;

  private final MappedFile file;

  private CountBoard(MappedFile file) {
    this.file = file;
  }

  static CountBoard create(Path directory, int processes) throws IOException {
    return new CountBoard(MappedFile.create(directory.resolve(FILE), (long) LINE * processes));
  }

  static CountBoard open(Path directory) throws IOException {
    return new CountBoard(MappedFile.open(directory.resolve(FILE)));
  }

  void set(int process, long count) {
    file.buffer().putLongRelease(LINE * process, count);
  }

  /** What processes that follow each other have received together. */
  long sum(int first, int processes) {
    long sum = 0;
    for (int i = first; i < first + processes; i++) {
      sum += file.buffer().getLongVolatile(LINE * i);
    }
    return sum;
  }

  @Override
  public void close() {
    file.close();
  }
}
