package io.millrace.barrier;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/** What one party does in the generations of a barrier. The caller lets in one thread at a time. */
final class Attendance {
  private static final long NONE = -1;

  private final Places places;
  private final Gate gate;
  private final int place;
  private final Waiter waiter;
  private Runnable action;
  private long declared = NONE;
  private long arrivedIn = NONE;
  private long actedIn = NONE;
  private long brokenIn = NONE;
  private long guess = NONE;
  private boolean acting;

  Attendance(Places places, Gate gate, int place, Waiter waiter) {
    this.places = places;
    this.gate = gate;
    this.place = place;
    this.waiter = waiter;
  }

  void onCrossing(Runnable newAction) {
    action = newAction;
  }

  /** The generation that this party last arrived in, -1 at first. */
  long arrivedIn() {
    return arrivedIn;
  }

  /** Arrives, and returns how many are still missing. */
  int arrive() throws BrokenBarrierException {
    if (acting) {
      throw new IllegalStateException("the action of a barrier cannot arrive at this barrier");
    }
    long state = guess();
    while (true) {
      long generation = BarrierState.generation(state);
      if (BarrierState.isBroken(state)) {
        brokenIn = generation;
        throw new BrokenBarrierException(gate.describeBreak(generation));
      }
      if (generation == arrivedIn) {
        throw new IllegalStateException(
            "this party has already arrived in generation " + generation + ", which is not over");
      }
      if (generation != declared) {
        // Before the arrival counts: whoever resets must know who waits in this generation.
        places.setArrivedIn(place, generation);
        declared = generation;
      }
      boolean last = gate.isLast(state);
      if (last) {
        runAction(generation);
      }
      long found = last ? gate.complete(state) : gate.arrive(state);
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
    return guessed == NONE || action != null ? gate.state() : guessed;
  }

  /** Once a generation, though completing it may take several attempts. */
  private void runAction(long generation) {
    if (action != null && actedIn != generation) {
      actedIn = generation;
      acting = true;
      try {
        action.run();
      } catch (RuntimeException | Error failure) {
        gate.breakGeneration(generation, BreakCause.ACTION_FAILED, place);
        brokenIn = generation;
        throw failure;
      } finally {
        acting = false;
      }
    }
  }

  void waitFor(long generation, boolean timed, long deadline)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    try {
      waiter.await(generation, timed, deadline);
      guess = BarrierState.oneMore(BarrierState.startOf(generation + 1));
    } catch (InterruptedException | BrokenBarrierException | TimeoutException broken) {
      brokenIn = generation;
      throw broken;
    }
  }

  boolean isOver(long generation) throws BrokenBarrierException {
    try {
      return gate.isOver(generation, place);
    } catch (BrokenBarrierException broken) {
      brokenIn = generation;
      throw broken;
    }
  }

  /** As in CyclicBarrier: who comes interrupted to a barrier breaks it. */
  void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      long generation = BarrierState.generation(gate.state());
      gate.breakGeneration(generation, BreakCause.INTERRUPTED, place);
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
    while (true) {
      long state = gate.state();
      long generation = BarrierState.generation(state);
      if (brokenIn != NONE && brokenIn != generation) {
        brokenIn = NONE; // Another survivor was faster.
        return;
      }
      if (!BarrierState.isBroken(state)) {
        gate.tryBreak(state, BreakCause.RESET, place);
      } else if (gate.tryRepair(state, place)) {
        brokenIn = NONE;
        return;
      }
    }
  }

  /** Announces a sleep that ends with a generation; false if it is over already. */
  boolean announceSleep(long generation) throws BrokenBarrierException {
    while (!isOver(generation)) {
      long state = gate.state();
      if (BarrierState.isOpen(state, generation) && gate.tryAnnounceSleep(state)) {
        return true;
      }
    }
    return false;
  }
}
