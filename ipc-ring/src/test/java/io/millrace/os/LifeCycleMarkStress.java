package io.millrace.os;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.ClosedException;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What threads use is released once, and never under the hands of its owner, who marks by a plain
 * field that it is inside, or of a guest.
 *
 * <p>Two actors at a time, so that two processors run all of it: each kind of user beside the one
 * who closes, and the two kinds beside each other when the close has come, or comes.
 */
public final class LifeCycleMarkStress {
  private LifeCycleMarkStress() {}

  /** Its owner marks that it is inside. */
  abstract static class Marked extends LifeCycleUse {
    private boolean mark;

    @Override
    final LifeCycle makeLife(Runnable release) {
      return new LifeCycle("it", release, () -> mark);
    }

    @Override
    final int useAsOwner() {
      int seen = 0;
      life.requireOwner();
      for (int i = 0; i < 2; i++) {
        mark = true;
        try {
          life.requireOpenBehindMark();
          seen = releases();
        } catch (ClosedException closed) {
          seen = seen == 0 ? -1 : seen;
        }
        VarHandle.releaseFence();
        mark = false;
        life.exitBehindMark();
      }
      return seen;
    }
  }

  /** The owner beside a close. */
  @JCStressTest
  @Outcome(id = "(0|-1), 1", expect = ACCEPTABLE, desc = "released behind its users")
  @Outcome(expect = FORBIDDEN, desc = "released under somebody's hands, twice, or never")
  @State
  public static class Owner extends Marked {
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
  public static class Guest extends Marked {
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
  public static class LastOut extends Marked {
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
  public static class Both extends Marked {
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
}
