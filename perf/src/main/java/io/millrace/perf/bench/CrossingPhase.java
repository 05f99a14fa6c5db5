package io.millrace.perf.bench;

import io.millrace.perf.peer.MappedFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Whether the parties go on meeting, decided by the first of them. It says so before it arrives at
 * the last crossing of a burst, and the others look after that crossing: they all stop at once.
 */
final class CrossingPhase implements AutoCloseable {
  private static final String FILE = "phase";
  private static final int SIZE = 4096;

  private final MappedFile file;

  private CrossingPhase(MappedFile file) {
    this.file = file;
  }

  static CrossingPhase create(Path directory) throws IOException {
    return new CrossingPhase(MappedFile.create(directory.resolve(FILE), SIZE));
  }

  static CrossingPhase open(Path directory) throws IOException {
    return new CrossingPhase(MappedFile.open(directory.resolve(FILE)));
  }

  void end() {
    file.buffer().putLongVolatile(0, 1);
  }

  boolean isOver() {
    return file.buffer().getLongVolatile(0) != 0;
  }

  @Override
  public void close() {
    file.close();
  }
}
