package io.millrace.barrier;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.os.LifeCycle;
import java.util.concurrent.BrokenBarrierException;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * What the barrier claims about the order of memory accesses, tried on this machine with the
 * barrier's own code. Run by {@code mvn -Pjcstress -pl ipc-barrier -am verify -DskipTests}.
 */
public final class OrderingStress {
  private static final int PARTIES = 2;
  private static final int VICTIM_PID = 4242;
  private static final int SUCCESSOR_PID = 5353;

  private OrderingStress() {}

  /** A barrier of two parties without a region: nobody is killed here, so no lock is looked at. */
  abstract static class Words {
    final UnsafeBuffer words = new UnsafeBuffer(new byte[BarrierLayout.place(PARTIES)]);
    final Places places = new Places(words, PARTIES, null);
    final StateWord stateWord = new StateWord(words, places, this::wake);
    final LifeCycle life = LifeCycle.inTurns("the party", () -> {});
    final Attendance first = new Attendance(places, stateWord, 0, null, life);
    final Attendance second = new Attendance(places, stateWord, 1, null, life);
    volatile boolean woken;

    private void wake() {
      woken = true;
    }

    static void arrive(Attendance party) {
      try {
        party.arrive();
      } catch (BrokenBarrierException unexpected) {
        throw new AssertionError(unexpected);
      }
    }

    static boolean isOver(Attendance party) {
      try {
        return party.isOver(0);
      } catch (BrokenBarrierException unexpected) {
        throw new AssertionError(unexpected);
      }
    }

    static boolean announceSleep(Attendance party) {
      try {
        return party.announceSleep(0);
      } catch (BrokenBarrierException unexpected) {
        throw new AssertionError(unexpected);
      }
    }
  }

  /** A party that has crossed sees all that the other did before it arrived. */
  @JCStressTest
  @Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "the second came last")
  @Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "the first came last")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both have crossed")
  @Outcome(expect = FORBIDDEN, desc = "crossed, and does not see it")
  @State
  public static class Crossing extends Words {
    private int ofFirst;
    private int ofSecond;

    /** Makes a barrier. */
    public Crossing() {}

    /**
     * One party.
     *
     * @param result what it sees of the other
     */
    @Actor
    public void first(II_Result result) {
      ofFirst = 1;
      arrive(first);
      result.r1 = isOver(first) ? ofSecond : -1;
    }

    /**
     * The other party.
     *
     * @param result what it sees of the first
     */
    @Actor
    public void second(II_Result result) {
      ofSecond = 1;
      arrive(second);
      result.r2 = isOver(second) ? ofFirst : -1;
    }
  }

  /** One who is about to sleep, and the last to arrive. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "sleeps, and is woken")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "sees that it is over")
  @Outcome(expect = FORBIDDEN, desc = "sleeps for ever, or is woken for nothing")
  @State
  public static class Sleep extends Words {
    /** Makes a barrier where the first party has arrived. */
    public Sleep() {
      arrive(first);
    }

    /**
     * One who is about to sleep.
     *
     * @param result whether it sleeps
     */
    @Actor
    public void sleeper(II_Result result) {
      result.r1 = announceSleep(first) ? 1 : 0;
    }

    /**
     * The last to arrive.
     *
     * @param result whether it woke
     */
    @Actor
    public void last(II_Result result) {
      arrive(second);
      result.r2 = woken ? 1 : 0;
    }
  }

  /** A party that sees an arrival, to reset the barrier, sees whose it is. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "nobody has arrived")
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the first has")
  @Outcome(expect = FORBIDDEN, desc = "somebody unknown has")
  @State
  public static class DeclareBeforeArrival extends Words {
    /** Makes a barrier. */
    public DeclareBeforeArrival() {}

    /** A party. */
    @Actor
    public void party() {
      arrive(first);
    }

    /**
     * One who resets.
     *
     * @param result whether it finds the party
     */
    @Actor
    public void resetter(I_Result result) {
      boolean arrived = BarrierState.arrived(stateWord.state()) == 1;
      result.r1 = arrived ? (places.hasArrivedIn(0, 0) ? 1 : 0) : -1;
    }
  }

  /** A party that waits in a generation that is broken and reset never takes it for complete. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "learns that it broke")
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "looked before")
  @Outcome(expect = FORBIDDEN, desc = "takes it for complete")
  @State
  public static class MarkBeforeReset extends Words {
    /** Makes a barrier where the first party has arrived. */
    public MarkBeforeReset() {
      arrive(first);
    }

    /** One who resets. */
    @Actor
    public void resetter() {
      stateWord.tryBreak(stateWord.state(), BreakCause.RESET, 1);
      stateWord.repair(stateWord.state(), 1);
    }

    /**
     * One who waits.
     *
     * @param result what it takes the generation for
     */
    @Actor
    public void waiter(I_Result result) {
      try {
        result.r1 = first.isOver(0) ? 2 : 0;
      } catch (BrokenBarrierException broken) {
        result.r1 = 1;
      }
    }
  }

  /**
   * A party that is told of a break is told the culprit, though a successor moves into its place.
   */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the culprit")
  @Outcome(expect = FORBIDDEN, desc = "somebody else")
  @State
  public static class CulpritBeforeSuccessor extends Words {
    /** Makes a barrier that is broken by the death of the first party. */
    public CulpritBeforeSuccessor() {
      places.setOwner(0, VICTIM_PID, 0);
      stateWord.tryBreak(stateWord.state(), BreakCause.KILLED, 0);
    }

    /** A successor. */
    @Actor
    public void successor() {
      stateWord.recordBreak(stateWord.state());
      places.setOwner(0, SUCCESSOR_PID, 0);
    }

    /**
     * One who asks what happened.
     *
     * @param result 1 if it is told the truth
     */
    @Actor
    public void survivor(I_Result result) {
      result.r1 = stateWord.describeBreak(0).contains("pid " + VICTIM_PID) ? 1 : 0;
    }
  }

  /** A party that sees that somebody has joined sees who it is. */
  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "nobody has joined")
  @Outcome(id = "4242", expect = ACCEPTABLE, desc = "the newcomer")
  @Outcome(expect = FORBIDDEN, desc = "somebody unknown")
  @State
  public static class OwnerBeforeMember extends Words {
    /** Makes a barrier. */
    public OwnerBeforeMember() {}

    /** A newcomer, as {@link PlaceTaking} does it. */
    @Actor
    public void newcomer() {
      places.setOwner(0, VICTIM_PID, 0);
      places.setStatus(0, PlaceStatus.status(1, PlaceStatus.JOINING));
      places.changeMembers();
    }

    /**
     * A party that looks whom to watch.
     *
     * @param result the pid it finds
     */
    @Actor
    public void watcher(I_Result result) {
      if (places.members() == 0) {
        result.r1 = -1;
      } else {
        result.r1 = PlaceStatus.phase(places.status(0)) == PlaceStatus.JOINING ? places.pid(0) : 0;
      }
    }
  }
}
