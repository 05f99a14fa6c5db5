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
  private final int groups;
  private final int members;

  private CountBoard(MappedFile file, int groups, int members) {
    this.file = file;
    this.groups = groups;
    this.members = members;
  }

  /** For so many groups of so many members each. */
  static CountBoard create(Path directory, int groups, int members) throws IOException {
    long length = (long) LINE * groups * members;
    return new CountBoard(MappedFile.create(directory.resolve(FILE), length), groups, members);
  }

  static CountBoard open(Path directory, int groups, int members) throws IOException {
    return new CountBoard(MappedFile.open(directory.resolve(FILE)), groups, members);
  }

  void set(int group, int member, long count) {
    file.buffer().putLongRelease(LINE * (group * members + member), count);
  }

  /** What the members of a group have received together. */
  long sum(int group) {
    long sum = 0;
    for (int member = 0; member < members; member++) {
      sum += file.buffer().getLongVolatile(LINE * (group * members + member));
    }
    return sum;
  }

  /** What every group has received: so many as the slowest one. */
  long least() {
    long least = Long.MAX_VALUE;
    for (int group = 0; group < groups; group++) {
      least = Math.min(least, sum(group));
    }
    return least;
  }

  @Override
  public void close() {
    file.close();
  }
}
