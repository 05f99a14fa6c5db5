package io.millrace.ring;

import static io.millrace.ring.RingLayout.NO_QUEUE;

import io.millrace.SystemCallException;
import io.millrace.os.Alarm;
import io.millrace.os.CallResult;
import io.millrace.os.Deadline;

/**
 * The blocking part that all waits have in common: ask to be woken, look again, sleep.
 *
 * <p>What it takes to sleep is opened with the first wait and kept. Where there are no descriptors
 * left for it, the thread parks for a few milliseconds at a time and looks by itself.
 */
abstract class BlockingWait implements Waitable {
  private static final long UNCERTAIN_NANOS = 1_000_000;

  private final RingHandle owner;
  private final RingCore core;
  private final Alarm alarm;
  private final WaiterBits bits;
  private Waiter waiter;
  private boolean uncertain;

  BlockingWait(RingHandle owner, RingCore core, WaiterBits bits) {
    this.owner = owner;
    this.core = core;
    this.bits = bits;
    alarm = owner.alarm;
  }

  /** Tells whether it is there, of a handle that is open. */
  abstract boolean look();

  /** Something is under way whose end nobody will announce. Asked after {@link #isReady()}. */
  abstract boolean isUncertain();

  /** Does what is to be done when a member has died, or may have. */
  abstract void clearUp();

  /** Those of whom one is woken for all, or {@link RingLayout#NO_QUEUE}. */
  int queue() {
    return NO_QUEUE;
  }

  /** The bytes that are waited for, if it is room. */
  long wanted() {
    return 0;
  }

  /** Others wait for the same, and one of them is woken for all. */
  boolean hasRivals() {
    return false;
  }

  /**
   * A waker has counted on this one: it sees to it that somebody looks who is not woken otherwise.
   *
   * @param isReady the caller is about to use what it was woken for
   */
  void passOn(boolean isReady) {}

  @Override
  public final boolean isReady() {
    owner.enterOutsideHandlers();
    try {
      return look();
    } finally {
      owner.life.exit();
    }
  }

  @Override
  public final boolean isWoken() {
    return alarm.isDue();
  }

  @Override
  public final void wakeup() {
    owner.wakeWaiting();
  }

  @Override
  public final boolean await(long timeoutNanos) {
    owner.enterOutsideHandlers();
    try {
      return awaitInside(timeoutNanos);
    } finally {
      owner.life.exit();
    }
  }

  private boolean awaitInside(long timeoutNanos) {
    if (isReady()) {
      return true;
    }
    long start = System.nanoTime();
    long rest = timeoutNanos;
    boolean ready = false;
    try {
      while (!ready && rest > 0 && !alarm.isDue()) {
        if (prepareWait()) {
          sleep(Math.min(rest, longestWaitNanos()));
        }
        ready = isReady();
        rest = Deadline.left(timeoutNanos, start);
      }
      if (!ready) {
        owner.life.requireOpen(); // A close sets the alarm, too.
      }
      return ready;
    } finally {
      cancel(ready);
      if (!ready) {
        alarm.end();
      }
    }
  }

  private void sleep(long nanos) {
    if (waiter == null) {
      alarm.park(nanos);
    } else {
      waiter.sleep(nanos);
    }
  }

  /**
   * The wait of a call that looks for itself once more behind it.
   *
   * @return false if the call is to end, whether or not there is something: it was woken, or its
   *     thread is interrupted
   */
  final boolean await(WaitStrategy strategy, long timeoutNanos) {
    int before = alarm.ended();
    strategy.await(this, timeoutNanos);
    boolean goesOn = alarm.ended() == before && !alarm.isDue();
    if (!goesOn) {
      alarm.end();
    }
    return goesOn;
  }

  @Override
  public final int descriptor() {
    owner.enterOutsideHandlers();
    try {
      openWaiter();
      return waiter.descriptor();
    } catch (SystemCallException shortage) {
      throw CallResult.failure(
          shortage.call(),
          shortage.errno(),
          "a descriptor for an event loop; raise ulimit -n, or wait without an event loop");
    } finally {
      owner.life.exit();
    }
  }

  @Override
  public final boolean prepareWait() {
    owner.enterOutsideHandlers();
    try {
      return prepareInside();
    } finally {
      owner.life.exit();
    }
  }

  private boolean prepareInside() {
    try {
      openWaiter();
      waiter.announce(queue(), wanted());
    } catch (SystemCallException failure) {
      if (waiter != null || !DeathWatch.isShortage(failure)) {
        throw failure;
      }
    }
    if (isReady() || alarm.isDue()) {
      return false;
    }
    if (waiter != null && waiter.wasWokenForNothing()) {
      passOn(false);
    }
    uncertain = isUncertain();
    if (sawDeath() || uncertain) {
      clearUp();
    }
    return !isReady() && !alarm.isDue();
  }

  @Override
  public final long longestWaitNanos() {
    owner.enterOutsideHandlers();
    try {
      if (uncertain) {
        return UNCERTAIN_NANOS;
      }
      return waiter == null ? Waiter.UNPLACED_NANOS : waiter.longestSleepNanos(hasRivals());
    } finally {
      owner.life.exit();
    }
  }

  @Override
  public final void cancelWait() {
    if (owner.isClosed()) {
      return; // Its wait is over.
    }
    owner.enterOutsideHandlers();
    try {
      cancelInside();
    } finally {
      owner.life.exit();
    }
  }

  private void cancelInside() {
    if (waiter != null && waiter.isAnnounced()) {
      waiter.drain();
      cancel(!owner.isClosed() && look());
    }
    alarm.end();
  }

  private void cancel(boolean isReady) {
    if (waiter == null) {
      return; // There was nothing to sleep with, or nothing to wait for.
    }
    if (waiter.cancel()) {
      passOn(isReady);
    }
    if (sawDeath()) {
      clearUp();
    }
  }

  /** Without a watch there may have been one at any time. */
  private boolean sawDeath() {
    boolean saw = waiter == null || waiter.sawDeath();
    if (saw) {
      core.signals.deadSleepers().clear();
    }
    return saw;
  }

  private void openWaiter() {
    if (waiter == null) {
      waiter = Waiter.open(core, bits, alarm);
    }
  }

  final void close() {
    if (waiter != null) {
      waiter.close();
      waiter = null;
    }
  }
}
