package io.millrace.perf.value;

import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;

/** Millrace's snapshot: one writer and one reader of a file of default shape. */
final class MillraceValue implements ValueAccess {
  private final SnapshotWriter writer;
  private final SnapshotReader reader;
  private final UnsafeBuffer source;

  MillraceValue(Path directory, int size) {
    Synchronizer file = Synchronizer.open(directory.resolve("value"));
    source = new UnsafeBuffer(new byte[size]);
    writer = file.writer();
    writer.write(source, 0, size, Duration.ZERO);
    reader = file.reader();
  }

  @Override
  public Timed timed(Operation operation) {
    return switch (operation) {
      case READ_UNCHANGED -> Timed.only(times -> read(reader, times));
      case READ_CHANGED -> new Timed(this::writeAndRead, this::write);
      case WRITE -> Timed.only(this::write);
      case READ_PINNING -> throw new IllegalArgumentException("not with so many buffers");
    };
  }

  static long read(SnapshotReader reader, int times) {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      try (Snapshot snapshot = reader.read()) {
        sum += snapshot.buffer().getLong(0);
      }
    }
    return sum;
  }

  private long write(int times) {
    SnapshotWriter to = writer;
    UnsafeBuffer from = source;
    int length = from.capacity();
    for (int i = 0; i < times; i++) {
      to.write(from, 0, length, Duration.ZERO);
    }
    return to.version();
  }

  private long writeAndRead(int times) {
    SnapshotWriter to = writer;
    SnapshotReader again = reader;
    UnsafeBuffer from = source;
    int length = from.capacity();
    long sum = 0;
    for (int i = 0; i < times; i++) {
      to.write(from, 0, length, Duration.ZERO);
      try (Snapshot snapshot = again.read()) {
        sum += snapshot.buffer().getLong(0);
      }
    }
    return sum;
  }

  @Override
  public void close() {
    reader.close();
    writer.close();
  }
}
