package io.millrace.os;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Of two threads that want the turn at once one at a time has it, each sees what the one before it
 * did, and what they use is released once, behind them, though neither uses an atomic instruction
 * once it has the turn. 1: was let in, nobody else was inside and nothing was released.
 */
@JCStressTest
@Outcome(id = "(0|1), (0|1), 1", expect = ACCEPTABLE, desc = "in turns, or refused")
@Outcome(expect = FORBIDDEN, desc = "together, or released under somebody's hands, twice, or never")
@State
public class TurnsStress {
  private volatile int releases;
  private final LifeCycle life = LifeCycle.inTurns("it", this::release);

  /** Plain: only who has the turn touches it. */
  private int uses;

  /** Makes something that can be used and released. */
  public TurnsStress() {}

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // One at a time, or the test fails.
  private void release() {
    releases++;
  }

  /** Returns 0 if it was refused, 1 if all is as it should be. */
  private int use() {
    int found = 0;
    for (int i = 0; i < 2; i++) { // The second time without a lock, unless the turn was taken.
      try {
        life.enter();
      } catch (ClosedException | ForeignThreadException refused) {
        return found;
      }
      int before = uses;
      uses = before + 1;
      Thread.onSpinWait();
      found = uses == before + 1 && releases == 0 ? 1 : 2;
      life.exit();
      if (found == 2) {
        return found;
      }
    }
    return found;
  }

  /**
   * One thread.
   *
   * @param result what it found
   */
  @Actor
  public void one(III_Result result) {
    result.r1 = use();
  }

  /**
   * Another one, which closes in the end.
   *
   * @param result what it found
   */
  @Actor
  public void other(III_Result result) {
    result.r2 = use();
    if (life.close()) {
      life.exitAsGuest();
    }
  }

  /**
   * The outcome.
   *
   * @param result how often it was released
   */
  @Arbiter
  public void arbiter(III_Result result) {
    result.r3 = releases;
  }
}
