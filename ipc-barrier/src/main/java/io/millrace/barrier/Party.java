package io.millrace.barrier;

import io.millrace.ClosedException;
import io.millrace.os.Closing;
import io.millrace.os.Deadline;
import io.millrace.os.EndOfProcess;
import io.millrace.os.LifeCycle;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What one party knows and does; {@link Barrier} explains it to the user. */
final class Party {
  private final BarrierRegion region;
  private final Places places;
  private final StateWord stateWord;
  private final int place;
  private final PartyWatch watch;
  private final LifeCycle life;
  private final Waiter waiter;
  private final Attendance attendance;
  private volatile Runnable withdraw = () -> {};
  private final EndOfProcess.Action atEnd = EndOfProcess.action(this::endWithProcess);

  private Party(
      BarrierRegion region, Places places, StateWord stateWord, int place, PartyWatch watch) {
    this.region = region;
    this.places = places;
    this.stateWord = stateWord;
    this.place = place;
    this.watch = watch;
    life = LifeCycle.inTurns("this party of the barrier", () -> Closing.closeAll(watch, region));
    waiter = new Waiter(stateWord, places, watch, life, place);
    waiter.spinFor(Barrier.DEFAULT_SPIN_NANOS);
    attendance = new Attendance(places, stateWord, place, waiter, life);
  }

  /** Joins; the region is closed if that fails. */
  static Party join(BarrierRegion region) {
    Places places = new Places(region.words(), region.parties(), region.own());
    StateWord stateWord = new StateWord(region.words(), places, region.event()::signal);
    PartyWatch watch = null;
    try {
      // First what can fail: a party that has joined and then fails would break the barrier.
      watch = new PartyWatch(region, places, stateWord);
      int place = new Membership(places, stateWord).join();
      watch.exclude(place);
      Party party = new Party(region, places, stateWord, place, watch);
      party.atEnd.add();
      return party;
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, watch, region);
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
    life.enter();
    try {
      attendance.onCrossing(newAction);
    } finally {
      life.exit();
    }
  }

  void spin(Duration time) {
    life.enter();
    try {
      waiter.spinFor(TimeUnit.NANOSECONDS.convert(time));
    } finally {
      life.exit();
    }
  }

  int await() throws InterruptedException, BrokenBarrierException {
    try {
      return await(Deadline.NEVER);
    } catch (TimeoutException impossible) {
      throw new AssertionError("timed out without a timeout", impossible);
    }
  }

  int await(long deadline) throws InterruptedException, BrokenBarrierException, TimeoutException {
    life.enter();
    try {
      attendance.checkInterrupt();
      int missing = attendance.arrive();
      if (missing > 0) {
        attendance.waitFor(attendance.arrivedIn(), deadline);
      }
      return missing;
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  long arrive() throws BrokenBarrierException {
    life.enter();
    try {
      attendance.arrive();
      return attendance.arrivedIn();
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  void awaitGeneration(long generation) throws InterruptedException, BrokenBarrierException {
    try {
      awaitGeneration(generation, Deadline.NEVER);
    } catch (TimeoutException impossible) {
      throw new AssertionError("timed out without a timeout", impossible);
    }
  }

  void awaitGeneration(long generation, long deadline)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    life.enter();
    try {
      attendance.checkArrivedIn(generation);
      attendance.waitFor(generation, deadline);
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  boolean prepareWait(long generation) throws BrokenBarrierException {
    life.enter();
    try {
      attendance.checkArrivedIn(generation);
      watch.await(0);
      watch.refresh();
      return attendance.announceSleep(generation);
    } catch (BrokenBarrierException broken) {
      throw unlessClosed(broken);
    } finally {
      life.exit();
    }
  }

  /** Who closes a party breaks the barrier: its own thread is told of the close. */
  private BrokenBarrierException unlessClosed(BrokenBarrierException broken) {
    life.requireOpen();
    return broken;
  }

  void cancelWait() {
    life.enter();
    try {
      watch.await(0);
      watch.refresh();
    } finally {
      life.exit();
    }
  }

  void reset() {
    life.enter();
    try {
      attendance.reset();
    } finally {
      life.exit();
    }
  }

  long generation() {
    return BarrierState.generation(look());
  }

  int arrived() {
    return BarrierState.arrived(look());
  }

  boolean isBroken() {
    life.enterAsGuest();
    try {
      for (int i = 0; i < places.count(); i++) {
        long status = places.status(i);
        if (i != place && places.isDead(i, status)) {
          stateWord.breakFor(i, status);
        }
      }
      return BarrierState.isBroken(stateWord.state());
    } finally {
      life.exitAsGuest();
    }
  }

  int descriptor() {
    life.enterAsGuest();
    try {
      return watch.descriptor();
    } finally {
      life.exitAsGuest();
    }
  }

  int[] descriptors() {
    life.enterAsGuest();
    try {
      return new int[] {region.memory().number(), region.event().descriptor().number()};
    } finally {
      life.exitAsGuest();
    }
  }

  private long look() {
    life.enterAsGuest();
    try {
      return stateWord.state();
    } finally {
      life.exitAsGuest();
    }
  }

  /** Leaves in good order, after withdrawing what was published of this party. */
  void leave() {
    life.enter();
    try {
      attendance.requireNoAction("leave");
      if (stateWord.isOpen(attendance.arrivedIn())) {
        throw new IllegalStateException(
            "this party has arrived in generation "
                + attendance.arrivedIn()
                + ", which is not over: it can leave after it, or close and break it");
      }
      if (life.close()) {
        atEnd.cancel();
        Closing.closeAll(withdraw::run, this::leavePlace, life::exitAsGuest);
      }
    } finally {
      life.exit();
    }
  }

  void close() {
    if (life.isInCallOf(Party.class) && !life.isClosed()) {
      attendance.requireNoAction("close");
    }
    if (life.close()) {
      atEnd.cancel();
      Closing.closeAll(withdraw::run, this::breakCurrent, this::leavePlace, life::exitAsGuest);
    }
  }

  private void breakCurrent() {
    stateWord.breakCurrent(BreakCause.LEFT, place);
    stateWord.wakeAll(); // A thread of this party may sleep.
  }

  /** Like closing, but whoever closes is inside for ever: nothing is released under anybody. */
  private void endWithProcess() {
    if (life.close()) {
      Closing.closeAll(withdraw::run, this::breakCurrent, this::leavePlace);
    }
  }

  /** Its lock goes with the region: until this party's thread is out, no other one has it. */
  private void leavePlace() {
    new Membership(places, stateWord).leave(place);
  }

  @Override
  public String toString() {
    try {
      life.enterAsGuest();
    } catch (ClosedException closed) {
      return "closed party " + place + " of a barrier";
    }
    try {
      return "party "
          + place
          + " of a barrier in generation "
          + BarrierState.generation(stateWord.state())
          + ": "
          + places.owners();
    } finally {
      life.exitAsGuest();
    }
  }
}
