package io.millrace.snapshot;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A waiter that asks and looks against a writer that publishes and looks for the request: at least
 * one of them sees the other.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The waiter saw the version.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The writer saw the request.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both saw.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "The waiter sleeps, nobody wakes it.")
@State
public class WakeStress {
  private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(512));
  private final long header = memory.addressOffset();

  /** One who is about to sleep. */
  @Actor
  public void waiter(II_Result result) {
    SnapshotWords.requestWake(header);
    result.r1 = (int) SnapshotWords.current(header);
  }

  /** The writer. */
  @Actor
  public void writer(II_Result result) {
    SnapshotWords.publish(header, 1);
    result.r2 = SnapshotWords.isWakeRequested(header) ? 1 : 0;
  }
}
