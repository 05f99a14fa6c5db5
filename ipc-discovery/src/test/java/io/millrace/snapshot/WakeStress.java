package io.millrace.snapshot;

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
  private final UnsafeBuffer memory = new UnsafeBuffer(new byte[512]);

  /** As SnapshotReader.awaitNewer does it. */
  @Actor
  public void waiter(II_Result result) {
    memory.putIntVolatile(SnapshotLayout.WAKE_REQUESTED_OFFSET, 1);
    result.r1 = (int) memory.getLongVolatile(SnapshotLayout.CURRENT_OFFSET);
  }

  /** As SnapshotWriter.publish does it. */
  @Actor
  public void writer(II_Result result) {
    memory.putLongVolatile(SnapshotLayout.CURRENT_OFFSET, 1);
    result.r2 = memory.getIntVolatile(SnapshotLayout.WAKE_REQUESTED_OFFSET);
  }
}
