package io.millrace.barrier;

import java.util.concurrent.BrokenBarrierException;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How the one word of state moves. Every move is one compare-and-set, so it is made or not made.
 */
final class StateWord {
  private final UnsafeBuffer words;
  private final Places places;
  private final Runnable wake;

  /**
   * Moves the state of a region.
   *
   * @param words its shared words
   * @param wake wakes those who sleep in it
   */
  StateWord(UnsafeBuffer words, Places places, Runnable wake) {
    this.words = words;
    this.places = places;
    this.wake = wake;
  }

  /** A party that sees a state sees all that came before it ({@code barrier-crossing.wm}). */
  long state() {
    return words.getLongVolatile(BarrierLayout.STATE_OFFSET);
  }

  boolean isLast(long state) {
    int arrived = BarrierState.arrived(state);
    if (arrived >= places.count()) {
      throw new DamagedBarrierException(arrived + " of " + places.count() + " have arrived");
    }
    return arrived == places.count() - 1;
  }

  /**
   * Arrives, if the state is what the caller takes it for ({@code barrier-crossing.wm}, {@code
   * barrier-declared.wm}).
   *
   * @return the state that was found; the given one if this party has arrived
   */
  long arrive(long state) {
    return words.compareAndExchangeLong(
        BarrierLayout.STATE_OFFSET, state, BarrierState.oneMore(state));
  }

  /**
   * Arrives as the last one, if the state is what the caller takes it for: the generation is over
   * then, and its sleepers are woken ({@code barrier-crossing.wm}, {@code barrier-woken.wm}).
   *
   * @return the state that was found; the given one if this party has arrived
   */
  long complete(long state) {
    long next = BarrierState.startOf(BarrierState.generation(state) + 1);
    long found = words.compareAndExchangeLong(BarrierLayout.STATE_OFFSET, state, next);
    if (found == state) {
      wakeAfter(state);
    }
    return found;
  }

  /** Announces a sleeper. A party that replaces the state from now on wakes it. */
  boolean tryAnnounceSleep(long state) {
    return BarrierState.mustWake(state) || move(state, BarrierState.withWake(state));
  }

  boolean tryBreak(long state, BreakCause cause, int place) {
    if (!move(state, BarrierState.broken(state, cause, place))) {
      return false;
    }
    wakeAfter(state);
    return true;
  }

  /**
   * Breaks a generation if it is neither over nor broken.
   *
   * @return false if somebody else has decided its fate
   */
  boolean breakGeneration(long generation, BreakCause cause, int place) {
    for (long state = state(); BarrierState.isOpen(state, generation); state = state()) {
      if (tryBreak(state, cause, place)) {
        return true;
      }
    }
    return false;
  }

  /** Breaks whatever generation is the current one, unless it is broken already. */
  void breakCurrent(BreakCause cause, int place) {
    long state = state();
    while (!BarrierState.isBroken(state) && !tryBreak(state, cause, place)) {
      state = state();
    }
  }

  /** Breaks the current generation because a party died, unless that was taken care of. */
  void breakFor(int deadPlace, long status) {
    long state = state();
    // The status is read after the state: a reset in between, which buries, moves the state.
    while (!BarrierState.isBroken(state) && places.status(deadPlace) == status) {
      if (tryBreak(state, BreakCause.KILLED, deadPlace)) {
        return;
      }
      state = state();
    }
  }

  /** Wakes everybody who sleeps in this barrier, for example to look who has joined. */
  void wakeAll() {
    wake.run();
  }

  /** Tells whether a generation is neither over nor broken. */
  boolean isOpen(long generation) {
    return BarrierState.isOpen(state(), generation);
  }

  /**
   * Tells how a generation ended that a party has arrived in.
   *
   * @return false if it is not over yet
   */
  boolean isOver(long generation, int ownPlace) throws BrokenBarrierException {
    long state = state();
    if (BarrierState.generation(state) != generation) {
      if (places.isBrokenIn(ownPlace, generation)) {
        throw new BrokenBarrierException(describeBreak(generation));
      }
      return true;
    }
    if (BarrierState.isBroken(state)) {
      throw new BrokenBarrierException(describeBreak(generation));
    }
    return false;
  }

  /**
   * Starts the next generation after a broken one, and frees the places of the dead.
   *
   * <p>One at a time: a slow resetter would otherwise bury a party that arrived in the next
   * generation and died there, and its successor would arrive in its place a second time.
   *
   * @return false if the state has moved, or another party is at it
   */
  boolean tryRepair(long broken, int ownPlace) {
    if (!places.tryLockRepair()) {
      return false;
    }
    try {
      return state() == broken && repair(broken, ownPlace);
    } finally {
      places.unlockRepair();
    }
  }

  /** Repairs; the caller holds the lock. */
  boolean repair(long broken, int ownPlace) {
    long generation = BarrierState.generation(broken);
    recordBreak(broken);
    for (int i = 0; i < places.count(); i++) {
      if (places.hasArrivedIn(i, generation)) {
        places.markBroken(i, generation);
      }
    }
    places.removeDead(ownPlace);
    return move(broken, BarrierState.startOf(generation + 1));
  }

  /**
   * Keeps who broke the barrier before the place of the culprit can get another owner ({@code
   * barrier-culprit.wm}, {@code barrier-broken-mark.wm}).
   */
  void recordBreak(long broken) {
    long known = words.getLongVolatile(BarrierLayout.LAST_BREAK_OFFSET);
    long generation = BarrierState.generation(broken);
    if (!LastBreak.isOf(known, generation)) {
      int pid = places.pid(checkedCulprit(broken));
      // One try is enough: the winner recorded the same break, or a later one.
      words.compareAndSetLong(
          BarrierLayout.LAST_BREAK_OFFSET,
          known,
          LastBreak.of(generation, BarrierState.cause(broken), pid));
    }
  }

  /** Says in one sentence why a generation is broken. */
  String describeBreak(long generation) {
    long state = state();
    int pid = 0;
    BreakCause cause = null;
    if (BarrierState.generation(state) == generation && BarrierState.isBroken(state)) {
      pid = places.pid(checkedCulprit(state));
      cause = BarrierState.cause(state);
    }
    // Looked at after the place: a successor records the break before it writes its own pid there
    // (barrier-culprit.wm).
    long recorded = words.getLongVolatile(BarrierLayout.LAST_BREAK_OFFSET);
    if (LastBreak.isOf(recorded, generation)) {
      pid = LastBreak.pid(recorded);
      cause = LastBreak.cause(recorded);
    }
    return cause == null
        ? "generation " + generation + " was broken, and the barrier was reset since"
        : "generation " + generation + " is broken: the party with pid " + pid + " " + cause.text();
  }

  private int checkedCulprit(long broken) {
    int culprit = BarrierState.culprit(broken);
    if (culprit >= places.count()) {
      throw new DamagedBarrierException("party " + culprit + " of " + places.count());
    }
    return culprit;
  }

  /** Behind all marks in the places ({@code barrier-broken-mark.wm}). */
  private boolean move(long from, long to) {
    return words.compareAndSetLong(BarrierLayout.STATE_OFFSET, from, to);
  }

  private void wakeAfter(long replaced) {
    if (BarrierState.mustWake(replaced)) {
      wakeAll();
    }
  }
}
