package io.millrace.barrier;

import io.millrace.os.Credentials;
import io.millrace.os.Patience;

/** How a party takes a place and gives it back. */
final class PlaceTaking {
  private final Places places;
  private final StateWord stateWord;

  PlaceTaking(Places places, StateWord stateWord) {
    this.places = places;
    this.stateWord = stateWord;
  }

  /**
   * Takes a free place, or that of a dead party after breaking the barrier for it.
   *
   * @return the place
   * @throws IllegalStateException if living parties have them all
   */
  int join() {
    for (int i = 0; i < places.count(); i++) {
      if (places.tryLock(i)) {
        moveIn(i);
        return i;
      }
    }
    throw new IllegalStateException(
        "all " + places.count() + " places of the barrier are taken: " + places.owners());
  }

  private void moveIn(int place) {
    evictTheDead(place);
    long joining =
        PlaceStatus.status(PlaceStatus.incarnation(places.status(place)) + 1, PlaceStatus.JOINING);
    places.setOwner(place, Credentials.pid(), Credentials.pidNamespace());
    places.setStatus(place, joining);
    places.changeMembers();
    startAfreshIfAlone(place);
    // Sleepers must watch this process before it counts: what they do not watch dies unnoticed.
    stateWord.wakeAll();
    places.setStatus(
        place, PlaceStatus.status(PlaceStatus.incarnation(joining), PlaceStatus.JOINED));
  }

  /** The lock of the place is held, so its former owner is dead or gone for good. */
  private void evictTheDead(int place) {
    long status = places.status(place);
    if (PlaceStatus.phase(status) == PlaceStatus.JOINED) {
      long dead = PlaceStatus.status(PlaceStatus.incarnation(status), PlaceStatus.DEAD);
      status = places.moveStatus(place, status, dead) ? dead : places.status(place);
    }
    if (PlaceStatus.phase(status) == PlaceStatus.DEAD) {
      stateWord.breakFor(place, status);
    }
    long state = stateWord.state();
    if (BarrierState.isBroken(state)) {
      stateWord.recordBreak(state); // The pid is about to be overwritten.
    }
    if (PlaceStatus.phase(status) == PlaceStatus.DEAD) {
      places.moveStatus(
          place, status, PlaceStatus.status(PlaceStatus.incarnation(status), PlaceStatus.FREE));
    }
  }

  /** Nobody is left who should be told what happened before. */
  private void startAfreshIfAlone(int place) {
    Patience patience = Patience.usual();
    while (true) {
      long state = stateWord.state();
      // A party that joins and arrives after this look moves the state, so that the moves below
      // fail.
      if (places.isAnyoneElseHere(place)) {
        return;
      }
      if (!BarrierState.isBroken(state)) {
        if (BarrierState.arrived(state) == 0 && !places.isAnyoneDead(place)) {
          return;
        }
        stateWord.tryBreak(state, BreakCause.RESET, place);
      } else if (stateWord.tryRepair(state, place)) {
        return;
      } else if (!patience.pause()) {
        throw places.repairTakesTooLong();
      }
    }
  }

  /** Frees a place. The others do not take this for a death, for the lock is still held. */
  void leave(int place) {
    places.setStatus(
        place, PlaceStatus.status(PlaceStatus.incarnation(places.status(place)), PlaceStatus.FREE));
    places.changeMembers();
  }
}
