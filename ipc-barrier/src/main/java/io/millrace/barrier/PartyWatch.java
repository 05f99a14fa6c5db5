package io.millrace.barrier;

import io.millrace.SystemCallException;
import io.millrace.os.Closing;
import io.millrace.os.Credentials;
import io.millrace.os.Epoll;
import io.millrace.os.ProcessWatch;
import io.millrace.os.Resource;

/**
 * What a party sleeps on: the barrier's eventfd and the processes of all other parties. A death is
 * pushed by the kernel; it breaks the barrier here.
 *
 * <p>The eventfd is watched edge-triggered: each write makes this set ready once, whatever the
 * counter holds, so nobody ever has to drain it, and a wake-up that comes before the sleep is kept.
 */
final class PartyWatch extends Resource {
  /** How often the lock of a party is looked at that cannot be watched. */
  static final int LOOK_MILLIS = 50;

  private static final int EVENT = -1;
  private static final int NOWHERE = -1;
  private static final long NEVER = -1;

  private final Places places;
  private final StateWord stateWord;
  private final Epoll epoll;

  /** By their places. */
  private final ProcessWatch processes;

  private final long[] incarnations;
  private final boolean[] hidden;
  private long members = NEVER;
  private int hiddenCount;
  private int ownPlace = NOWHERE;

  PartyWatch(BarrierRegion region, Places places, StateWord stateWord) {
    this.places = places;
    this.stateWord = stateWord;
    incarnations = new long[places.count()];
    hidden = new boolean[places.count()];
    epoll = new Epoll();
    processes = new ProcessWatch(epoll);
    try {
      epoll.add(region.event().descriptor().number(), Epoll.IN | Epoll.EDGE, EVENT);
    } catch (RuntimeException | Error failure) {
      epoll.close();
      throw failure;
    }
  }

  /** Says which place is this party's own, before anything is watched. */
  void exclude(int place) {
    ownPlace = place;
  }

  /** For an epoll loop of the application: readable when there is a reason to look. */
  int descriptor() {
    return epoll.descriptor().number();
  }

  /**
   * Watches the parties that have joined since; finds those who died before they could be watched.
   */
  void refresh() {
    // Not all are watched if this fails on the way. Nor is one that is found dead, and its death
    // counts for the next generation if this one was broken already and is being reset just now.
    boolean allWatched = false;
    try {
      boolean deadFound = false;
      for (long now = places.members(); members != now; now = places.members()) {
        members = now;
        for (int i = 0; i < places.count(); i++) {
          deadFound |= i != ownPlace && !update(i);
        }
      }
      allWatched = !deadFound;
    } finally {
      if (!allWatched) {
        members = NEVER;
      }
    }
    lookAtTheHidden();
  }

  /**
   * Sleeps until somebody wakes the sleepers, a party dies, or time is up; also for no reason.
   *
   * @param timeoutMillis how long at most, {@link Epoll#FOREVER} for no limit
   */
  void await(int timeoutMillis) {
    boolean mustLook =
        hiddenCount > 0 && (timeoutMillis == Epoll.FOREVER || timeoutMillis > LOOK_MILLIS);
    int ready = epoll.await(mustLook ? LOOK_MILLIS : timeoutMillis);
    for (int i = 0; i < ready; i++) {
      int place = (int) epoll.tag(i);
      if (place != EVENT) {
        died(place);
      }
    }
    lookAtTheHidden();
  }

  /** Returns false if a dead party is in the place, for which the barrier is broken by now. */
  private boolean update(int place) {
    while (true) {
      long status = places.status(place);
      long incarnation = PlaceStatus.incarnation(status);
      if (PlaceStatus.phase(status) == PlaceStatus.FREE) {
        drop(place);
        return true;
      }
      if (incarnations[place] == incarnation) {
        return true;
      }
      drop(place);
      if (places.isDead(place, status)) {
        stateWord.breakFor(place, status);
        if (places.status(place) == status) {
          return false;
        }
      } else if (PlaceStatus.phase(status) == PlaceStatus.JOINING
          && !places.isLockedByAnother(place)) {
        if (places.status(place) == status) {
          return true; // It died before it counted.
        }
      } else if (watch(place, status)) {
        return true;
      }
    }
  }

  /** Opens the process of a party, and then makes sure that it is still that party's. */
  private boolean watch(int place, long status) {
    if (places.pidNamespace(place) != Credentials.pidNamespace()) {
      hide(place, status);
      return true;
    }
    int pid = places.pid(place);
    if (pid == Credentials.pid()) {
      incarnations[place] = PlaceStatus.incarnation(status); // Dies together with this one.
      return true;
    }
    try {
      processes.add(place, pid);
    } catch (SystemCallException refused) {
      // No right, an old kernel, a filter, no descriptor left: its lock is looked at then, which
      // takes nothing.
      hide(place, status);
      return true;
    }
    // Held after the process was opened: then its number was not anybody else's in between.
    if (!places.isLockedByAnother(place) || places.status(place) != status) {
      processes.remove(place);
      return false;
    }
    incarnations[place] = PlaceStatus.incarnation(status);
    return true;
  }

  private void hide(int place, long status) {
    incarnations[place] = PlaceStatus.incarnation(status);
    hidden[place] = true;
    hiddenCount++;
  }

  private void lookAtTheHidden() {
    for (int i = 0; hiddenCount > 0 && i < hidden.length; i++) {
      if (hidden[i]) {
        long status = places.status(i);
        if (places.isDead(i, status)) {
          stateWord.breakFor(i, status);
        }
      }
    }
  }

  /** The process is dead, so its lock need not be looked at; but perhaps it had left before. */
  private void died(int place) {
    long status = places.status(place);
    boolean sameOwner = PlaceStatus.incarnation(status) == incarnations[place];
    int phase = PlaceStatus.phase(status);
    if (sameOwner && (phase == PlaceStatus.JOINED || phase == PlaceStatus.DEAD)) {
      stateWord.breakFor(place, status);
    } else {
      drop(place);
      members = NEVER;
    }
  }

  private void drop(int place) {
    processes.remove(place);
    if (hidden[place]) {
      hidden[place] = false;
      hiddenCount--;
    }
    incarnations[place] = 0;
  }

  @Override
  protected void performClose() {
    Closing.closeAll(epoll, processes);
  }
}
