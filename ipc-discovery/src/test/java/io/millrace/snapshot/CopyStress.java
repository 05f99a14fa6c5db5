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
  private static final Geometry GEOMETRY = new Geometry(1, 2, 0, false);

  private final UnsafeBuffer memory = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(256));
  private final ValueBuffers writing = buffers();
  private final ValueBuffers reading = buffers();
  private final UnsafeBuffer written = new UnsafeBuffer(0, 0);
  private final UnsafeBuffer read = new UnsafeBuffer(0, 0);

  /** Version 1 is there. */
  public CopyStress() {
    writing.moveTo(0);
    reading.moveTo(0);
    writing.show(written, 128);
    reading.show(read, 128);
    written.putLong(0, 1);
    written.putLong(96, 1);
    writing.complete(1, 128, 1);
  }

  private ValueBuffers buffers() {
    return new ValueBuffers(memory.addressOffset() - GEOMETRY.bufferOffset(0), GEOMETRY);
  }

  /** As SnapshotWriter does it. */
  @Actor
  public void writer() {
    writing.invalidate();
    written.putLong(0, 2);
    written.putLong(96, 2);
    writing.complete(2, 128, 2);
  }

  /** As CopiedValues does it. */
  @Actor
  public void reader(II_Result result) {
    long version = reading.version();
    long checksum = reading.checksum();
    long first = read.getLong(0);
    long second = read.getLong(96);
    VarHandle.acquireFence();
    if (version != 0 && reading.version() == version) {
      result.r1 = (int) version;
      result.r2 = first == version && second == version && checksum == version ? 0 : 1;
    }
  }
}
