package io.millrace.barrier;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import net.openhft.chronicle.core.io.ClosedIllegalStateException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a party uses is released once, and never under its hands, though the thread that acts as the
 * party enters and exits without an atomic instruction.
 */
@JCStressTest
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "released afterwards")
@Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "released, and not let in any more")
@Outcome(expect = FORBIDDEN, desc = "released under its hands, twice, or never")
@State
public class LeaseStress {
  private volatile int releases;
  private final Lease lease = new Lease(this::release);

  /** Makes something that can be used and released. */
  public LeaseStress() {}

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // One at a time, or the test fails.
  private void release() {
    releases++;
  }

  /**
   * The thread that acts; the second time without an atomic instruction.
   *
   * @param result how often it was released while it was in use
   */
  @Actor
  public void party(II_Result result) {
    try {
      lease.enterAsParty();
      lease.exitAsParty();
      lease.enterAsParty();
    } catch (ClosedIllegalStateException closed) {
      result.r1 = -1;
      return;
    }
    result.r1 = releases;
    lease.exitAsParty();
  }

  /** Another thread, which closes. */
  @Actor
  public void closer() {
    lease.close();
    lease.exit();
  }

  /**
   * The outcome.
   *
   * @param result how often it was released
   */
  @Arbiter
  public void arbiter(II_Result result) {
    result.r2 = releases;
  }
}
