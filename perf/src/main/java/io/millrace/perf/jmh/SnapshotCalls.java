package io.millrace.perf.jmh;

import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Calls of a snapshot: the same thread writes and reads. */
@State(Scope.Thread)
public class SnapshotCalls {
  private static final Path MEMORY = Path.of("/dev/shm");

  /** The length of the value in bytes. */
  @Param("36")
  public int size;

  private Path directory;
  private Synchronizer file;
  private SnapshotWriter writer;
  private SnapshotReader reader;
  private UnsafeBuffer source;

  /**
   * Makes the file.
   *
   * @throws IOException if there is nowhere to make it
   */
  @Setup
  public void open() throws IOException {
    directory =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "millrace-jmh-")
            : Files.createTempDirectory("millrace-jmh-");
    file = Synchronizer.open(directory.resolve("value"));
    writer = file.writer();
    source = new UnsafeBuffer(new byte[size]);
    writer.write(source, 0, size, Duration.ZERO);
    reader = file.reader();
  }

  /**
   * Removes it.
   *
   * @throws IOException if the directory cannot be removed
   */
  @TearDown
  public void close() throws IOException {
    CloseHelper.closeAll(reader, writer);
    file.remove();
    Files.delete(directory);
  }

  /**
   * A read of what has not changed.
   *
   * @return what was read
   */
  @Benchmark
  public long read() {
    try (Snapshot snapshot = reader.read()) {
      return snapshot.buffer().getLong(0);
    }
  }

  /**
   * A write.
   *
   * @return the version
   */
  @Benchmark
  public long write() {
    return writer.write(source, 0, size, Duration.ZERO).version();
  }

  /**
   * A write, and the read of what it wrote.
   *
   * @return what was read
   */
  @Benchmark
  public long writeAndRead() {
    writer.write(source, 0, size, Duration.ZERO);
    try (Snapshot snapshot = reader.read()) {
      return snapshot.buffer().getLong(0);
    }
  }

  /**
   * A write, and the read of what it wrote, with its checksum verified.
   *
   * @return what was read
   */
  @Benchmark
  public long writeAndReadValidated() {
    writer.write(source, 0, size, Duration.ZERO);
    try (Snapshot snapshot = reader.readValidated()) {
      return snapshot.buffer().getLong(0);
    }
  }
}
