package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;

import java.util.concurrent.TimeUnit;

/**
 * Takes the places of sleepers that were killed out of the words of waiters. A waker that finds one
 * there may spend on it the only wake-up that it has for many, and each commit looks at its slot.
 *
 * <p>Safe for all threads. Counts may be lost, which does no harm.
 */
final class DeadSleepers {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * A sleeper that lives and was notified needs some time to wake up: so many looks are patient.
   */
  private static final int PATIENCE = 1024;

  private final RingMemory memory;
  private final Membership membership;
  private final Signals signals;
  private int found;
  private volatile long lastLook = System.nanoTime() - INTERVAL_NANOS;

  DeadSleepers(RingMemory memory, Membership membership, Signals signals) {
    this.memory = memory;
    this.membership = membership;
    this.signals = signals;
  }

  /** A waker has found a bit of one that needs no signal: it was woken before, and may be dead. */
  void foundAwake() {
    if (++found >= PATIENCE) {
      found = 0;
      long now = System.nanoTime();
      if (now - lastLook >= INTERVAL_NANOS) {
        lastLook = now;
        clear();
      }
    }
  }

  /** For everybody who was told of a death, before the look that follows. */
  void clear() {
    long bits = memory.words.dataWaiters.get() | memory.words.spaceWaiters.get();
    for (WaiterSlot slot : memory.waiters) {
      if ((bits & 1L << slot.index) != 0
          && !membership.isAlive(slot.lock())
          && membership.tryOwn(slot.lock())) {
        try {
          clear(slot);
        } finally {
          membership.disown(slot.lock());
        }
      }
    }
  }

  /**
   * Under the sleeper's lock, which nobody else can take meanwhile. A waker that is just at it
   * finds another phase, and wakes somebody else; for one that was faster this does.
   */
  void clear(WaiterSlot slot) {
    long phase = slot.exchangePhase(phase(sleepNumber(slot.phase()), NO_QUEUE, AWAKE));
    boolean waitedForRoom = memory.words.spaceWaiters.clear(slot.index);
    memory.words.dataWaiters.clear(slot.index);
    if ((phase & PHASE_MASK) == NOTIFIED) {
      if (waitedForRoom) {
        signals.spaceFreed();
      } else if (queue(phase) != NO_QUEUE) {
        signals.moreRecords(queue(phase));
      }
    }
  }
}
