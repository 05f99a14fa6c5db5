package io.millrace.snapshot;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A reader that copies without a pin against a writer that writes over the very buffer: the two
 * looks at the buffer's version tell a copy that is not of one piece, so that its checksum is
 * right. The production code, over memory of its own.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "The copy was refused.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The old value, whole.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A torn copy passed the looks at the version.")
@State
public class CopyStress {
  private static final int LENGTH = 128;
  private static final int LATER = 96;
  private static final Geometry GEOMETRY = new Geometry(1, 2, LENGTH, false);
  private static final long FIRST = SnapshotLayout.word(1, 0);

  private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
  private final ValueBuffers writing = buffers();
  private final CopiedValues reading = new CopiedValues(null, null, buffers());
  private final UnsafeBuffer written = new UnsafeBuffer(0, 0);

  /** Version 1 is there. */
  public CopyStress() {
    writing.moveTo(0);
    writing.show(written, LENGTH);
    fill(written, 1);
    writing.complete(1, LENGTH);
  }

  private static void fill(UnsafeBuffer value, long version) {
    value.putLong(0, version);
    value.putLong(LATER, version);
  }

  private ValueBuffers buffers() {
    return new ValueBuffers(
        memory.addressOffset() - GEOMETRY.bufferOffset(0),
        GEOMETRY,
        buffer -> memory.byteBuffer().slice(SnapshotLayout.VALUE, LENGTH));
  }

  /** The writer. */
  @Actor
  public void writer() {
    writing.invalidate();
    fill(written, 2);
    writing.complete(2, LENGTH);
  }

  /**
   * The reader.
   *
   * @param result what became of its copy
   */
  @Actor
  public void reader(I_Result result) {
    String fault = reading.tryCopy(FIRST);
    if (fault != null) {
      result.r1 = fault.contains("checksum") ? 2 : 0;
    } else {
      UnsafeBuffer copy = reading.view();
      result.r1 = copy.getLong(0) == 1 && copy.getLong(LATER) == 1 ? 1 : 3;
    }
  }
}
