package io.millrace.barrier;

import io.millrace.os.LifeCycle;
import io.millrace.os.Patience;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/** What one party does in the generations of a barrier. The caller lets in one thread at a time. */
final class Attendance {
  private static final long NONE = -1;

  private final Places places;
  private final StateWord stateWord;
  private final int place;
  private final PartyWait waiter;
  private final LifeCycle life;
  private Runnable action;
  private long declared = NONE;
  private long arrivedIn = NONE;
  private long actedIn = NONE;
  private long brokenIn = NONE;
  private long guess = NONE;
  private boolean acting;

  Attendance(Places places, StateWord stateWord, int place, PartyWait waiter, LifeCycle life) {
    this.places = places;
    this.stateWord = stateWord;
    this.place = place;
    this.waiter = waiter;
    this.life = life;
  }

  void onCrossing(Runnable newAction) {
    action = newAction;
  }

  /** The generation that this party last arrived in, -1 at first. */
  long arrivedIn() {
    return arrivedIn;
  }

  /** Refuses what an action would do to the generation that it is about to end. */
  void requireNoAction(String what) {
    if (acting) {
      throw new IllegalStateException(
          "the action of a barrier cannot "
              + what
              + " with the party that runs it: do it behind the await or arrive that called it");
    }
  }

  /** Arrives, and returns how many are still missing. */
  int arrive() throws BrokenBarrierException {
    requireNoAction("arrive");
    long acted = NONE;
    long state = guess();
    while (true) {
      // Looked at after the state: a party that closes breaks what was current then, so that a
      // party that has left never counts as arrived in what others begin after that.
      life.requireOpen();
      long generation = BarrierState.generation(state);
      if (acted != NONE && generation != acted) {
        brokenIn = acted; // And reset: what the action has done belongs to no other generation.
        throw new BrokenBarrierException(stateWord.describeBreak(acted));
      }
      if (BarrierState.isBroken(state)) {
        brokenIn = generation;
        throw new BrokenBarrierException(stateWord.describeBreak(generation));
      }
      if (generation == arrivedIn) {
        throw new IllegalStateException(
            "this party has already arrived in generation " + generation + ", which is not over");
      }
      if (generation != declared) {
        // Before the arrival counts: a party that resets must know who waits in this generation.
        places.setArrivedIn(place, generation);
        declared = generation;
      }
      boolean last = stateWord.isLast(state);
      if (last) {
        acted = runAction(generation);
      }
      long found = last ? stateWord.complete(state) : stateWord.arrive(state);
      if (found == state) {
        arrivedIn = generation;
        if (last) {
          guess = BarrierState.startOf(generation + 1);
        }
        return places.count() - 1 - BarrierState.arrived(state);
      }
      state = found;
    }
  }

  /**
   * What the state is, or probably is: after a crossing, to try it and fail costs no more than to
   * look, which would fetch the cache line twice, to read it and to change it.
   */
  private long guess() {
    long guessed = guess;
    guess = NONE;
    // The action must not run because of a wrong guess.
    return guessed == NONE || action != null ? stateWord.state() : guessed;
  }

  /**
   * Once a generation, though completing it may take several attempts.
   *
   * @return the generation, or -1 without an action
   */
  private long runAction(long generation) {
    if (action == null) {
      return NONE;
    }
    if (actedIn != generation) {
      actedIn = generation;
      acting = true;
      try {
        action.run();
      } catch (Throwable failure) { // Of any kind: a Runnable in another language declares none.
        stateWord.breakGeneration(generation, BreakCause.ACTION_FAILED, place);
        brokenIn = generation;
        throw failure;
      } finally {
        acting = false;
      }
    }
    return generation;
  }

  void waitFor(long generation, long deadline)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    try {
      waiter.await(generation, deadline);
      guess = BarrierState.oneMore(BarrierState.startOf(generation + 1));
    } catch (InterruptedException | BrokenBarrierException | TimeoutException broken) {
      brokenIn = generation;
      throw broken;
    }
  }

  boolean isOver(long generation) throws BrokenBarrierException {
    try {
      return stateWord.isOver(generation, place);
    } catch (BrokenBarrierException broken) {
      brokenIn = generation;
      throw broken;
    }
  }

  /** As in CyclicBarrier: a party that comes to a barrier interrupted breaks it. */
  void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      long generation = BarrierState.generation(stateWord.state());
      stateWord.breakGeneration(generation, BreakCause.INTERRUPTED, place);
      brokenIn = generation;
      throw new InterruptedException("interrupted before arriving in generation " + generation);
    }
  }

  void checkArrivedIn(long generation) {
    if (generation != arrivedIn) {
      throw new IllegalArgumentException(
          "this party has not arrived in generation "
              + generation
              + (arrivedIn == NONE ? ", nor in any other" : " but last in " + arrivedIn));
    }
  }

  /** Starts anew, unless another party has done so since this one saw the barrier break. */
  void reset() {
    requireNoAction("reset");
    Patience patience = Patience.usual();
    while (true) {
      life.requireOpen();
      long state = stateWord.state();
      long generation = BarrierState.generation(state);
      if (brokenIn != NONE && brokenIn != generation) {
        brokenIn = NONE; // Another survivor was faster.
        return;
      }
      if (!BarrierState.isBroken(state)) {
        stateWord.tryBreak(state, BreakCause.RESET, place);
      } else if (stateWord.tryRepair(state, place)) {
        brokenIn = NONE;
        return;
      } else if (!patience.pause()) { // The party that is at it needs some system calls for it.
        throw places.repairTakesTooLong();
      }
    }
  }

  /** Announces a sleep that ends with a generation; false if it is over already. */
  boolean announceSleep(long generation) throws BrokenBarrierException {
    while (!isOver(generation)) {
      long state = stateWord.state();
      if (BarrierState.isOpen(state, generation) && stateWord.tryAnnounceSleep(state)) {
        return true;
      }
    }
    return false;
  }
}
