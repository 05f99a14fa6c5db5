package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.Steps.Step.*;

import io.millrace.os.Epoll;
import io.millrace.os.EventFd;
import io.millrace.os.Membarrier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One sleeper's place in the ring: it announces that it sleeps, and sleeps.
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
 */
final class Waiter {
  private static final long WAKE_TAG = -1;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** How long the first sleep may be: a store takes a thousandth of it to arrive. */
  private static final long SETTLING_NANOS = NANOS_PER_MILLI;

  /** How long to sleep at most where no death is announced: another pid namespace, no pidfd. */
  private static final long BOUNDED_NANOS = 10 * NANOS_PER_MILLI;

  private final UnsafeBuffer header;
  private final Membership membership;
  private final int index;
  private final int slot;
  private final int bitmap;
  private final Epoll epoll;
  private final DeathWatch deaths;
  private long sleeps;
  private boolean announced;
  private long announcedAt;

  /** The look that follows sees all that was stored by those who did not see the announcement. */
  private boolean settled;

  /** The announcement is used up: it may not wake again. */
  private boolean woken;

  private Waiter(Ring ring, int index, int bitmap, Epoll epoll) {
    RingMemory memory = ring.memory();
    this.index = index;
    this.bitmap = bitmap;
    this.epoll = epoll;
    header = memory.header;
    membership = ring.membership();
    deaths = new DeathWatch(memory, membership, epoll);
    slot = memory.waiterSlot(index);
    sleeps = header.getLong(slot + WAITER_PHASE) >>> 2;
    awake();
    clear(DATA_WAITERS_OFFSET);
    clear(SPACE_WAITERS_OFFSET);
    membership.sign(header, slot + WAITER_IDENTITY);
    header.putIntRelease(slot + WAITER_STATE, ACTIVE);
  }

  /**
   * Takes a free place.
   *
   * @param bitmap which of the two words of waiters to announce in
   */
  static Waiter acquire(Ring ring, int bitmap) {
    EventFd[] events = ring.events();
    for (int i = 0; i < events.length; i++) {
      if (ring.membership().tryOwn(waiterLock(i))) {
        return open(ring, i, bitmap);
      }
    }
    throw new NoFreeSlotException("waiter", events.length, "maxWaiters");
  }

  private static Waiter open(Ring ring, int index, int bitmap) {
    Epoll epoll = null;
    try {
      epoll = new Epoll();
      // Edge-triggered: every signal wakes, and nobody needs to read the counter.
      int event = ring.events()[index].descriptor().number();
      epoll.add(event, Epoll.IN | Epoll.EDGE, WAKE_TAG);
      return new Waiter(ring, index, bitmap, epoll);
    } catch (RuntimeException | Error failure) {
      if (epoll != null) {
        epoll.close();
      }
      ring.membership().disown(waiterLock(index));
      throw failure;
    }
  }

  int descriptor() {
    return epoll.descriptor().number();
  }

  /**
   * Says that this sleeper sleeps from now on, or still sleeps. The caller looks once more before
   * it does.
   */
  void announce() {
    if (announced) {
      drain();
    }
    if (!announced || woken) {
      header.putLongRelease(slot + WAITER_PHASE, ++sleeps << 2 | WAITING);
      Steps.reached(WAIT_STORED);
      set(bitmap);
      Steps.reached(WAITER_BIT_SET);
      announced = true;
      woken = false;
      if (Membarrier.GLOBAL.isRegistered()) {
        Membarrier.GLOBAL.synchronize();
      }
      announcedAt = System.nanoTime();
      settled = false;
    } else {
      settled = System.nanoTime() - announcedAt >= SETTLING_NANOS;
    }
    deaths.refresh();
  }

  /** Tells, once, that a member died since it was asked last. */
  boolean sawDeath() {
    return deaths.sawDeath();
  }

  long longestSleepNanos() {
    if (!settled) {
      return SETTLING_NANOS;
    }
    return deaths.isComplete() ? Waitable.FOREVER : BOUNDED_NANOS;
  }

  /** Sleeps until somebody signals, a member dies, or the time is over. */
  void sleep(long nanos) {
    consume(epoll.await(millis(nanos)));
  }

  /** The same time for epoll: not shorter, and without a limit if it had none. */
  static int millis(long nanos) {
    return nanos == Waitable.FOREVER
        ? Epoll.FOREVER
        : (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(nanos, NANOS_PER_MILLI));
  }

  private void consume(int ready) {
    for (int i = 0; i < ready; i++) {
      long tag = epoll.tag(i);
      if (tag == WAKE_TAG) {
        woken = true;
      } else {
        deaths.onDeath((int) tag);
      }
    }
  }

  boolean isAnnounced() {
    return announced;
  }

  /** Says that this sleeper is awake. */
  void cancel() {
    if (announced) {
      announced = false;
      clear(bitmap);
      Steps.reached(WAITER_BIT_CLEARED);
      awake();
    }
  }

  /** For those who polled the descriptor themselves: takes the wake-up out of it. */
  void drain() {
    consume(epoll.await(0));
  }

  private void awake() {
    header.putLongRelease(slot + WAITER_PHASE, sleeps << 2 | AWAKE);
    header.putLongOpaque(slot + WAITER_SLEEPS, sleeps);
  }

  private void set(int word) {
    long bits;
    do {
      bits = header.getLongVolatile(word);
    } while (!header.compareAndSetLong(word, bits, bits | 1L << index));
  }

  private void clear(int word) {
    long bits;
    do {
      bits = header.getLongVolatile(word);
    } while ((bits & 1L << index) != 0
        && !header.compareAndSetLong(word, bits, bits & ~(1L << index)));
  }

  void close() {
    cancel();
    deaths.close();
    epoll.close();
    header.putIntRelease(slot + WAITER_STATE, FREE);
    membership.disown(waiterLock(index));
  }
}
