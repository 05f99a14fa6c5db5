package io.millrace.perf.meeting;

import io.millrace.perf.nativecall.PthreadBarrier;
import io.millrace.perf.peer.MappedFile;
import java.io.IOException;
import java.nio.file.Path;

/** {@code pthread_barrier_wait} on a barrier in shared memory. */
final class PthreadMeeting implements Meeting {
  private static final String FILE = "pthread";
  private static final int SIZE = 4096;

  private final MappedFile file;
  private final PthreadBarrier barrier;

  PthreadMeeting(Path directory) throws IOException {
    file = MappedFile.open(directory.resolve(FILE));
    barrier = new PthreadBarrier(file.buffer().addressOffset());
  }

  static void prepare(Path directory, int parties) throws IOException {
    try (MappedFile file = MappedFile.create(directory.resolve(FILE), SIZE)) {
      new PthreadBarrier(file.buffer().addressOffset()).init(parties);
    }
  }

  @Override
  public void cross() {
    barrier.await();
  }

  @Override
  public void close() {
    file.close();
  }
}
