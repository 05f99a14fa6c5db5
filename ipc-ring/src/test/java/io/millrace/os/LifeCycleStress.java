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
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What threads use is released once, and never under the hands of its owner, who goes in and out
 * without an atomic instruction, or of a guest.
 *
 * <p>Two actors at a time, so that two processors run all of it: each kind of user beside the one
 * who closes, and the two kinds beside each other when the close has come, or comes.
 */
public final class LifeCycleStress {
  private LifeCycleStress() {}

  /** Its owner goes in and out by the LifeCycle's own count. */
  abstract static class Counted extends LifeCycleUse {
    @Override
    final LifeCycle makeLife(Runnable release) {
      return new LifeCycle("it", release);
    }

    @Override
    final int useAsOwner() {
      try {
        life.enter();
        life.exit();
        life.enter();
      } catch (ClosedException closed) {
        return -1;
      }
      int seen = releases();
      life.exit();
      return seen;
    }
  }

  /** The owner beside a close. */
  @JCStressTest
  @Outcome(id = "(0|-1), 1", expect = ACCEPTABLE, desc = "released behind its users")
  @Outcome(expect = FORBIDDEN, desc = "released under somebody's hands, twice, or never")
  @State
  public static class Owner extends Counted {
    /** Makes something that can be used and released. */
    public Owner() {}

    /**
     * The owner.
     *
     * @param result how often it was released while it was in use
     */
    @Actor
    public void owner(II_Result result) {
      result.r1 = useAsOwner();
    }

    /** A thread that closes. */
    @Actor
    public void closer() {
      close();
    }

    /**
     * The outcome.
     *
     * @param result how often it was released
     */
    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = releases();
    }
  }

  /** A guest beside a close. */
  @JCStressTest
  @Outcome(id = "(0|-1), 1", expect = ACCEPTABLE, desc = "released behind its users")
  @Outcome(expect = FORBIDDEN, desc = "released under somebody's hands, twice, or never")
  @State
  public static class Guest extends Counted {
    /** Makes something that can be used and released. */
    public Guest() {}

    /**
     * Any other thread.
     *
     * @param result how often it was released while it was in use
     */
    @Actor
    public void guest(II_Result result) {
      result.r1 = useAsGuest();
    }

    /** A thread that closes. */
    @Actor
    public void closer() {
      close();
    }

    /**
     * The outcome.
     *
     * @param result how often it was released
     */
    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = releases();
    }
  }

  /** The owner beside a guest that is inside, and closes: either may be the last one out. */
  @JCStressTest
  @Outcome(id = "(0|-1), 0, 1", expect = ACCEPTABLE, desc = "released behind its users")
  @Outcome(expect = FORBIDDEN, desc = "released under somebody's hands, twice, or never")
  @State
  public static class LastOut extends Counted {
    /** Makes something that a guest is inside of. */
    public LastOut() {
      life.enterAsGuest();
    }

    /**
     * The owner.
     *
     * @param result how often it was released while it was in use
     */
    @Actor
    public void owner(III_Result result) {
      result.r1 = useAsOwner();
    }

    /**
     * The guest, which closes.
     *
     * @param result how often it was released while it was in use
     */
    @Actor
    public void guest(III_Result result) {
      close();
      result.r2 = releases();
      life.exitAsGuest();
    }

    /**
     * The outcome.
     *
     * @param result how often it was released
     */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = releases();
    }
  }

  /** One thread closes while another is owner and guest in turn: each may find it closed. */
  @JCStressTest
  @Outcome(id = "(0|-1), (0|-1), 1", expect = ACCEPTABLE, desc = "released behind its users")
  @Outcome(expect = FORBIDDEN, desc = "released under somebody's hands, twice, or never")
  @State
  public static class Both extends Counted {
    /** Makes something that can be used and released. */
    public Both() {}

    /**
     * The owner, and then a guest.
     *
     * @param result how often it was released while it was in use
     */
    @Actor
    public void user(III_Result result) {
      result.r1 = useAsOwner();
      result.r2 = useAsGuest();
    }

    /** A thread that closes. */
    @Actor
    public void closer() {
      close();
    }

    /**
     * The outcome.
     *
     * @param result how often it was released
     */
    @Arbiter
    public void arbiter(III_Result result) {
      result.r3 = releases();
    }
  }

  /** Two threads in turns: one at a time is inside, and a close releases behind both. */
  @JCStressTest
  @Outcome(id = "(1|-1), (1|-1), 1", expect = ACCEPTABLE, desc = "one at a time, or refused")
  @Outcome(expect = FORBIDDEN, desc = "two at once, or released under somebody's hands")
  @State
  public static class InTurns {
    private final LifeCycle life = LifeCycle.inTurns("it", this::release);
    private volatile int inside;
    private volatile int releases;

    /** Makes something that threads use in turns. */
    public InTurns() {}

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One at a time, or the test fails.
    private void release() {
      releases++;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One at a time, or the test fails.
    private int use() {
      try {
        life.enter();
      } catch (ForeignThreadException refused) {
        return -1;
      }
      inside++;
      int seen = inside + 10 * releases;
      inside--;
      life.exit();
      return seen;
    }

    /**
     * One thread.
     *
     * @param result how many were inside
     */
    @Actor
    public void first(III_Result result) {
      result.r1 = use();
    }

    /**
     * Another one.
     *
     * @param result how many were inside
     */
    @Actor
    public void second(III_Result result) {
      result.r2 = use();
    }

    /**
     * The outcome: closed behind both.
     *
     * @param result how often it was released
     */
    @Arbiter
    public void arbiter(III_Result result) {
      if (life.close()) {
        life.exitAsGuest();
      }
      result.r3 = releases;
    }
  }
}
