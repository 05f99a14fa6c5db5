package io.millrace.ring;

import io.millrace.SystemCallException;
import io.millrace.os.Alarm;
import io.millrace.os.Deadline;
import io.millrace.os.Epoll;

/**
 * How one handle sleeps: on an epoll set with the event of its place in the ring, its own alarm,
 * and the deaths of the other members.
 *
 * <p>The order is: announce, look again, sleep for a moment, look again, sleep. A waker that looked
 * for sleepers before the announcement has stored what it made ready before that, but the store may
 * still wait in its processor; after the first sleep it has long arrived. Nothing else is needed to
 * be sure, and no fence in the waker. The barrier between the announcement and the first look only
 * makes it rare that the first sleep has to end by itself. The idea, to wait for the store buffer
 * of the other side in place of a fence there, is that of Morrison and Afek, "Temporally Bounding
 * TSO for Fence-Free Asymmetric Synchronization" (ASPLOS 2015).
 *
 * <p>A member that is killed between making something ready and waking its sleepers is noticed by
 * its death, which {@link DeathWatch} puts into the same epoll set.
 *
 * <p>A member that finds no place still sleeps, for a few milliseconds at a time, and takes a place
 * once there is one.
 */
final class Waiter {
  private static final long WAKE_TAG = -1;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** How long the first sleep may be: a store takes a thousandth of it to arrive. */
  private static final long SETTLING_NANOS = NANOS_PER_MILLI;

  /** How long to sleep at most where no death is announced: another pid namespace, no pidfd. */
  private static final long BOUNDED_NANOS = 10 * NANOS_PER_MILLI;

  /** The same without a place, where nobody wakes. */
  static final long UNPLACED_NANOS = 5 * NANOS_PER_MILLI;

  /** Looking for a place takes a system call for each that is taken. */
  private static final long TRY_NANOS = NANOS_PER_MILLI;

  /**
   * The same where one is woken for many, who may be stopped, or an event loop that never polls.
   */
  private static final long RIVAL_NANOS = 2000 * NANOS_PER_MILLI;

  private final RingCore core;
  private final WaiterBits bits;
  private final Epoll epoll;
  private final Alarm alarm;
  private final DeathWatch deaths;

  /** Null while none was free. */
  private Place place;

  private long lastTry = System.nanoTime() - TRY_NANOS;

  private boolean announced;
  private long announcedAt;

  /** The look that follows sees all that was stored by those who did not see the announcement. */
  private boolean settled;

  /** The announcement is used up: it may not wake again. */
  private boolean woken;

  /** A waker has woken this one in place of others since the wait began. */
  private boolean owing;

  private Waiter(RingCore core, WaiterBits bits, Epoll epoll, Alarm alarm) {
    this.core = core;
    this.bits = bits;
    this.epoll = epoll;
    this.alarm = alarm;
    deaths = new DeathWatch(core.memory, core.membership, epoll);
  }

  /**
   * Makes one that has no place yet.
   *
   * @param bits those to announce in
   * @throws SystemCallException if there is no descriptor or memory left for it
   */
  static Waiter open(RingCore core, WaiterBits bits, Alarm alarm) {
    Epoll epoll = new Epoll();
    try {
      alarm.connect(epoll);
      return new Waiter(core, bits, epoll, alarm);
    } catch (RuntimeException | Error failure) {
      alarm.disconnect();
      epoll.close();
      throw failure;
    }
  }

  int descriptor() {
    return epoll.descriptor().number();
  }

  /**
   * Says that this sleeper sleeps from now on, or still sleeps. The caller looks once more before
   * it does.
   *
   * @param queue whom one wake-up is enough for, see {@link Place#announce}
   * @param wanted bytes that a producer waits for
   */
  void announce(int queue, long wanted) {
    if (announced) {
      drain();
    }
    boolean first = !announced;
    boolean anew = first || woken;
    owing |= woken;
    if (place == null && System.nanoTime() - lastTry >= TRY_NANOS) {
      lastTry = System.nanoTime();
      place = takePlace();
      anew = true;
    }
    announced = true;
    woken = false;
    if (place == null) {
      if (first) {
        core.memory.words.countUnplaced();
        RingEvents.sleptWithoutPlace();
      }
      settled = true; // Nobody wakes it, so nobody need have seen it.
    } else if (anew) {
      place.announce(queue, wanted);
      announcedAt = System.nanoTime();
      settled = false;
    } else {
      settled = System.nanoTime() - announcedAt >= SETTLING_NANOS;
    }
    deaths.refresh();
  }

  /** Returns null if none is free, or its event finds no room in the epoll set. */
  private Place takePlace() {
    Place taken = Place.tryTake(core, bits);
    if (taken == null) {
      return null;
    }
    try {
      // Edge-triggered: every signal wakes, and nobody needs to read the counter.
      epoll.add(taken.event, Epoll.IN | Epoll.EDGE, WAKE_TAG);
      return taken;
    } catch (SystemCallException failure) {
      taken.leave();
      if (DeathWatch.isShortage(failure)) {
        return null;
      }
      throw failure;
    }
  }

  /** Tells, once, that a member died since it was asked last. */
  boolean sawDeath() {
    return deaths.sawDeath();
  }

  /**
   * How long the sleep that comes may be.
   *
   * @param hasRivals others wait for the same, and one of them is woken for all
   */
  long longestSleepNanos(boolean hasRivals) {
    if (place == null) {
      return UNPLACED_NANOS;
    }
    if (!settled) {
      return SETTLING_NANOS;
    }
    long longest = hasRivals ? RIVAL_NANOS : Waitable.FOREVER;
    return deaths.isComplete() ? longest : Math.min(longest, BOUNDED_NANOS);
  }

  /** Sleeps until somebody signals, a member dies, or the time is over. */
  void sleep(long nanos) {
    consume(alarm.sleep(epoll, Deadline.millis(nanos)));
  }

  private void consume(int ready) {
    for (int i = 0; i < ready; i++) {
      long tag = epoll.tag(i);
      if (tag == WAKE_TAG) {
        woken = true;
      } else if (tag != Alarm.TAG) {
        deaths.onDeath((int) tag);
      }
    }
  }

  /** Tells, once, that a waker has counted on this one, for whom it was nothing. */
  boolean wasWokenForNothing() {
    boolean was = owing;
    owing = false;
    return was;
  }

  boolean isAnnounced() {
    return announced;
  }

  /**
   * Says that this sleeper is awake.
   *
   * @return true if a waker has counted on it
   */
  boolean cancel() {
    if (!announced) {
      return false;
    }
    boolean counted = owing | woken | (place != null && place.withdraw());
    announced = false;
    owing = false;
    woken = false;
    return counted;
  }

  /** For those who polled the descriptor themselves: takes the wake-up out of it. */
  void drain() {
    consume(epoll.await(0));
  }

  void close() {
    cancel();
    deaths.close();
    alarm.disconnect();
    epoll.close();
    if (place != null) {
      place.leave();
    }
  }
}
