package io.millrace.perf.value;

import io.millrace.snapshot.SnapshotOptions;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A reader of a snapshot with fewer buffers than would let everybody go on: each read pins and
 * unpins, all that a reader ever stores. Several of them at once show whether one slows another.
 */
final class PinnedValue implements ValueAccess {
  private final SnapshotReader reader;

  PinnedValue(Path directory) {
    reader = file(directory).reader();
  }

  /** Makes the file and writes one value. */
  static void prepare(Path directory, int size) {
    try (SnapshotWriter writer = file(directory).writer()) {
      writer.write(new byte[size], Duration.ZERO);
    }
  }

  private static Synchronizer file(Path directory) {
    return Synchronizer.open(directory.resolve("pinned"), SnapshotOptions.defaults().buffers(3));
  }

  @Override
  public Timed timed(Operation operation) {
    return Timed.only(times -> MillraceValue.read(reader, times));
  }

  @Override
  public void close() {
    reader.close();
  }
}
