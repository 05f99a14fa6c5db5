package io.millrace.snapshot;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader that copies without a pin against a writer that writes over the very buffer: the two
 * looks at the buffer's version tell a copy that is not of one piece. The production code of the
 * buffers, over memory of its own.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "The copy was refused.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The old value, whole.")
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "The new value, whole.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A torn copy passed.")
@State
public class CopyStress {
  private static final int LENGTH = 128;
  private static final int LATER = 96;
  private static final Geometry GEOMETRY = new Geometry(1, 2, LENGTH, false);
  private static final long[] CHECKSUMS = {0, checksum(1), checksum(2)};

  private final UnsafeBuffer memory = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(256));
  private final ValueBuffers writing = buffers();
  private final ValueBuffers reading = buffers();
  private final UnsafeBuffer written = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer read = new UnsafeBuffer(0, 0);

  /** Version 1 is there. */
  public CopyStress() {
    writing.moveTo(0);
    reading.moveTo(0);
    writing.show(written, LENGTH);
    reading.show(read, LENGTH);
    fill(written, 1);
    writing.complete(1, LENGTH);
  }

  private static void fill(UnsafeBuffer value, long version) {
    value.putLong(0, version);
    value.putLong(LATER, version);
  }

  private static long checksum(long version) {
    UnsafeBuffer value = new UnsafeBuffer(new byte[LENGTH]);
    fill(value, version);
    return WyHash.of(value.byteArray(), value.addressOffset(), LENGTH, version);
  }

  private ValueBuffers buffers() {
    return new ValueBuffers(memory.addressOffset() - GEOMETRY.bufferOffset(0), GEOMETRY);
  }

  /** As SnapshotWriter does it. */
  @Actor
  public void writer() {
    writing.invalidate();
    fill(written, 2);
    writing.complete(2, LENGTH);
  }

  /** As CopiedValues does it. */
  @Actor
  public void reader(II_Result result) {
    long version = reading.version();
    long checksum = reading.checksum();
    long first = read.getLong(0);
    long second = read.getLong(LATER);
    VarHandle.acquireFence();
    if (version != 0 && reading.version() == version) {
      result.r1 = (int) version;
      boolean whole = first == version && second == version;
      result.r2 = whole && checksum == CHECKSUMS[(int) version] ? 0 : 1;
    }
  }
}
