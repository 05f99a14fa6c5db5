package io.millrace.snapshot;

import io.millrace.os.Mapping;
import org.agrona.concurrent.UnsafeBuffer;

/** The header of a file for as long as it takes to become its writer, or to remove it. */
final class HeaderView implements AutoCloseable {
  private final Mapping mapping;
  private final UnsafeBuffer header;

  HeaderView(SnapshotFile file) {
    int length = file.geometry().headerLength();
    mapping = Mapping.of(file.descriptor(), 0, length, true);
    header = new UnsafeBuffer(mapping.address(), length);
  }

  int writerPid() {
    return header.getIntVolatile(SnapshotLayout.WRITER_PID_OFFSET);
  }

  boolean isRetired() {
    return SnapshotWords.current(header.addressOffset()) == SnapshotLayout.RETIRED;
  }

  /** Every reader meets this at its next look. The caller holds the writer's lock. */
  void retire() {
    SnapshotWords.publish(header.addressOffset(), SnapshotLayout.RETIRED);
  }

  @Override
  public void close() {
    mapping.close();
  }
}
