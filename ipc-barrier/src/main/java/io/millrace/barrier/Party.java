package io.millrace.barrier;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.openhft.chronicle.core.io.Closeable;

/** What one party knows and does; {@link Barrier} explains it to the user. */
final class Party {
  private final BarrierRegion region;
  private final Places places;
  private final Gate gate;
  private final int place;
  private final PartyWatch watch;
  private final Lease lease;
  private final Waiter waiter;
  private final Attendance attendance;
  private Runnable withdraw = () -> {};

  private Party(BarrierRegion region, Places places, Gate gate, int place, PartyWatch watch) {
    this.region = region;
    this.places = places;
    this.gate = gate;
    this.place = place;
    this.watch = watch;
    lease = new Lease(() -> Closeable.closeQuietly(watch, region));
    waiter = new Waiter(gate, places, watch, lease, place);
    waiter.spinFor(Barrier.DEFAULT_SPIN_NANOS);
    attendance = new Attendance(places, gate, place, waiter);
  }

  /** Joins; the region is closed if that fails. */
  static Party join(BarrierRegion region) {
    Places places = new Places(region.words(), region.parties(), region.own());
    Gate gate = new Gate(region.words(), places, region.event()::signal);
    PartyWatch watch = null;
    try {
      // First what can fail: a party that has joined and then fails would break the barrier.
      watch = new PartyWatch(region, places, gate);
      int place = new Membership(places, gate).join();
      watch.leaveOut(place);
      return new Party(region, places, gate, place, watch);
    } catch (RuntimeException | Error failure) {
      Closeable.closeQuietly(watch, region);
      throw failure;
    }
  }

  /** Has something done before this party ends: takes back what was published of it. */
  void onEnd(Runnable newWithdraw) {
    withdraw = newWithdraw;
  }

  int place() {
    return place;
  }

  int parties() {
    return places.count();
  }

  void onCrossing(Runnable newAction) {
    lease.enterAsParty();
    attendance.onCrossing(newAction);
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
      attendance.checkInterrupt();
      int missing = attendance.arrive();
      if (missing > 0) {
        attendance.waitFor(attendance.arrivedIn(), false, 0);
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
      attendance.checkInterrupt();
      int missing = attendance.arrive();
      if (missing > 0) {
        attendance.waitFor(attendance.arrivedIn(), true, deadline);
      }
      return missing;
    } finally {
      lease.exitAsParty();
    }
  }

  long arrive() throws BrokenBarrierException {
    lease.enterAsParty();
    try {
      attendance.arrive();
      return attendance.arrivedIn();
    } finally {
      lease.exitAsParty();
    }
  }

  void awaitGeneration(long generation) throws InterruptedException, BrokenBarrierException {
    lease.enterAsParty();
    try {
      attendance.checkArrivedIn(generation);
      attendance.waitFor(generation, false, 0);
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
      attendance.checkArrivedIn(generation);
      attendance.waitFor(generation, true, deadline);
    } finally {
      lease.exitAsParty();
    }
  }

  boolean prepareWait(long generation) throws BrokenBarrierException {
    lease.enterAsParty();
    try {
      attendance.checkArrivedIn(generation);
      watch.await(0);
      watch.refresh();
      return attendance.announceSleep(generation);
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

  void reset() {
    lease.enterAsParty();
    try {
      attendance.reset();
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
  void leave() {
    lease.enterAsParty();
    try {
      if (gate.isOpen(attendance.arrivedIn())) {
        throw new IllegalStateException(
            "this party has arrived in generation "
                + attendance.arrivedIn()
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

  void close() {
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
