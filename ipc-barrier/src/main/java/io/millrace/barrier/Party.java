package io.millrace.barrier;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.openhft.chronicle.core.io.Closeable;

/** What one party knows and does; {@link Barrier} explains it to the user. */
final class Party {
  private static final long NONE = -1;

  private final BarrierRegion region;
  private final Places places;
  private final Gate gate;
  private final int place;
  private final PartyWatch watch;
  private final Lease lease;
  private final Waiter waiter;
  private Runnable action;
  private long declared = NONE;
  private long arrivedIn = NONE;
  private long actedIn = NONE;
  private long brokenIn = NONE;
  private long guess = NONE;

  private Party(BarrierRegion region, Places places, Gate gate, int place, PartyWatch watch) {
    this.region = region;
    this.places = places;
    this.gate = gate;
    this.place = place;
    this.watch = watch;
    lease = new Lease(() -> Closeable.closeQuietly(watch, region));
    waiter = new Waiter(gate, places, watch, lease, place);
    waiter.spinFor(Barrier.DEFAULT_SPIN_NANOS);
  }

  /** Joins; the region is closed if that fails. */
  static Party join(BarrierRegion region) {
    Places places = new Places(region);
    Gate gate = new Gate(region, places);
    Membership membership = new Membership(places, gate);
    try {
      int place = membership.join();
      return new Party(region, places, gate, place, new PartyWatch(region, places, gate, place));
    } catch (RuntimeException | Error failure) {
      region.close();
      throw failure;
    }
  }

  int place() {
    return place;
  }

  void onCrossing(Runnable newAction) {
    lease.enterAsParty();
    action = newAction;
    lease.exitAsParty();
  }

  void spin(Duration time) {
    lease.enterAsParty();
    waiter.spinFor(TimeUnit.NANOSECONDS.convert(time));
    lease.exitAsParty();
  }

  int await() throws InterruptedException, BrokenBarrierException {
    lease.enterAsParty();
    try {
      checkInterrupt();
      int missing = arriveOnce();
      if (missing > 0) {
        waitFor(arrivedIn, false, 0);
      }
      return missing;
    } catch (TimeoutException impossible) {
      throw new AssertionError("timed out without a timeout", impossible);
    } finally {
      lease.exitAsParty();
    }
  }

  int await(long nanos) throws InterruptedException, BrokenBarrierException, TimeoutException {
    long deadline = System.nanoTime() + nanos;
    lease.enterAsParty();
    try {
      checkInterrupt();
      int missing = arriveOnce();
      if (missing > 0) {
        waitFor(arrivedIn, true, deadline);
      }
      return missing;
    } finally {
      lease.exitAsParty();
    }
  }

  long arrive() throws BrokenBarrierException {
    lease.enterAsParty();
    try {
      arriveOnce();
      return arrivedIn;
    } finally {
      lease.exitAsParty();
    }
  }

  void awaitGeneration(long generation) throws InterruptedException, BrokenBarrierException {
    lease.enterAsParty();
    try {
      checkArrivedIn(generation);
      waitFor(generation, false, 0);
    } catch (TimeoutException impossible) {
      throw new AssertionError("timed out without a timeout", impossible);
    } finally {
      lease.exitAsParty();
    }
  }

  void awaitGeneration(long generation, long nanos)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    long deadline = System.nanoTime() + nanos;
    lease.enterAsParty();
    try {
      checkArrivedIn(generation);
      waitFor(generation, true, deadline);
    } finally {
      lease.exitAsParty();
    }
  }

  boolean prepareWait(long generation) throws BrokenBarrierException {
    lease.enterAsParty();
    try {
      checkArrivedIn(generation);
      while (true) {
        watch.await(0);
        watch.refresh();
        if (isOver(generation)) {
          return false;
        }
        long state = gate.state();
        if (BarrierState.isOpen(state, generation) && gate.tryAnnounceSleep(state)) {
          return true;
        }
      }
    } finally {
      lease.exitAsParty();
    }
  }

  void cancelWait() {
    lease.enterAsParty();
    try {
      watch.await(0);
      watch.refresh();
    } finally {
      lease.exitAsParty();
    }
  }

  private int arriveOnce() throws BrokenBarrierException {
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
        return region.parties() - 1 - BarrierState.arrived(state);
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
      try {
        action.run();
      } catch (RuntimeException | Error failure) {
        gate.breakGeneration(generation, BreakCause.ACTION_FAILED, place);
        brokenIn = generation;
        throw failure;
      }
    }
  }

  private void waitFor(long generation, boolean timed, long deadline)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    try {
      waiter.await(generation, timed, deadline);
      guess = BarrierState.oneMore(BarrierState.startOf(generation + 1));
    } catch (InterruptedException | BrokenBarrierException | TimeoutException broken) {
      brokenIn = generation;
      throw broken;
    }
  }

  private boolean isOver(long generation) throws BrokenBarrierException {
    try {
      return gate.isOver(generation, place);
    } catch (BrokenBarrierException broken) {
      brokenIn = generation;
      throw broken;
    }
  }

  /** As in CyclicBarrier: who comes interrupted to a barrier breaks it. */
  private void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      long generation = BarrierState.generation(gate.state());
      gate.breakGeneration(generation, BreakCause.INTERRUPTED, place);
      brokenIn = generation;
      throw new InterruptedException("interrupted before arriving in generation " + generation);
    }
  }

  private void checkArrivedIn(long generation) {
    if (generation != arrivedIn) {
      throw new IllegalArgumentException(
          "this party has not arrived in generation "
              + generation
              + (arrivedIn == NONE ? ", nor in any other" : " but last in " + arrivedIn));
    }
  }

  void reset() {
    lease.enterAsParty();
    try {
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
    } finally {
      lease.exitAsParty();
    }
  }

  long generation() {
    return BarrierState.generation(look());
  }

  int arrived() {
    return BarrierState.arrived(look());
  }

  boolean isBroken() {
    lease.enter();
    try {
      for (int i = 0; i < places.count(); i++) {
        long status = places.status(i);
        if (i != place && places.isDead(i, status)) {
          gate.breakFor(i, status);
        }
      }
      return BarrierState.isBroken(gate.state());
    } finally {
      lease.exit();
    }
  }

  int descriptor() {
    lease.enter();
    try {
      return watch.descriptor();
    } finally {
      lease.exit();
    }
  }

  int[] descriptors() {
    lease.enter();
    try {
      return new int[] {region.memory().number(), region.event().descriptor().number()};
    } finally {
      lease.exit();
    }
  }

  private long look() {
    lease.enter();
    try {
      return gate.state();
    } finally {
      lease.exit();
    }
  }

  /** Leaves in good order, after withdrawing what was published of this party. */
  void leave(Runnable withdraw) {
    lease.enterAsParty();
    try {
      if (gate.isOpen(arrivedIn)) {
        throw new IllegalStateException(
            "this party has arrived in generation "
                + arrivedIn
                + ", which is not over: it can leave after it, or close and break it");
      }
      if (lease.close()) {
        try {
          withdraw.run();
        } finally {
          new Membership(places, gate).leave(place);
          lease.exit();
        }
      }
    } finally {
      lease.exitAsParty();
    }
  }

  void close(Runnable withdraw) {
    if (lease.close()) {
      try {
        withdraw.run();
      } finally {
        end();
      }
    }
  }

  private void end() {
    try {
      gate.breakCurrent(BreakCause.LEFT, place);
      new Membership(places, gate).leave(place);
      gate.wakeAll(); // A thread of this party may sleep.
    } finally {
      lease.exit();
    }
  }

  @Override
  public String toString() {
    if (lease.isClosed()) {
      return "closed party " + place + " of a barrier";
    }
    return "party " + place + " of a barrier in generation " + generation() + ": " + owners();
  }

  private String owners() {
    lease.enter();
    try {
      return places.owners();
    } finally {
      lease.exit();
    }
  }
}
