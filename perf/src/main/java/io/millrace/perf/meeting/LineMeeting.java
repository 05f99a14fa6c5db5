package io.millrace.perf.meeting;

import io.millrace.perf.peer.MappedFile;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/** The floor for two that spin: a number that each waits for and answers with the next one. */
final class LineMeeting implements Meeting {
  private static final String FILE = "line";
  private static final int SIZE = 4096;

  private final MappedFile file;
  private final UnsafeBuffer line;
  private long awaited;

  LineMeeting(Path directory, int me) throws IOException {
    file = MappedFile.open(directory.resolve(FILE));
    line = file.buffer();
    awaited = me;
  }

  static void prepare(Path directory) throws IOException {
    MappedFile.create(directory.resolve(FILE), SIZE).close();
  }

  @Override
  public void cross() {
    while (line.getLongVolatile(0) != awaited) {
      Thread.onSpinWait();
    }
    awaited += 2;
    line.putLongRelease(0, awaited - 1);
  }

  @Override
  public void close() {
    file.close();
  }
}
