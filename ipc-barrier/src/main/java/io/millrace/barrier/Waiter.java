package io.millrace.barrier;

import io.millrace.os.Epoll;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.openhft.chronicle.core.io.ClosedIllegalStateException;

/** How a party waits for the end of a generation: it spins for a while, then it sleeps. */
final class Waiter {
  /** A spinning party looks at this pace whether another has died. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Reading the clock costs as much as several looks at the state. */
  private static final int LOOKS_PER_CLOCK = 32;

  /** Who has spun in vain for this part of its time yields the processor for the rest of it. */
  private static final int BUSY_PART = 8;

  private final Gate gate;
  private final Places places;
  private final PartyWatch watch;
  private final Lease lease;
  private final int place;
  private final boolean crowded;
  private final Courtesy courtesy = new Courtesy();
  private InterruptHook hook;
  private long spinNanos;

  Waiter(Gate gate, Places places, PartyWatch watch, Lease lease, int place) {
    this.gate = gate;
    this.places = places;
    this.watch = watch;
    this.lease = lease;
    this.place = place;
    // With more parties than processors one that spins keeps another from arriving: it yields.
    this.crowded = places.count() > Runtime.getRuntime().availableProcessors();
    this.hook = new InterruptHook(gate::wakeAll);
  }

  void spinFor(long nanos) {
    spinNanos = nanos;
  }

  /** Waits for ever, or until the deadline in terms of {@link System#nanoTime()} if timed. */
  void await(long generation, boolean timed, long deadline)
      throws BrokenBarrierException, InterruptedException, TimeoutException {
    long spinLeft = courtesy.begin(spinNanos);
    while (true) {
      if (spinLeft > 0) {
        long slice = Math.min(spinLeft, SLICE_NANOS);
        long left = timed ? deadline - System.nanoTime() : Long.MAX_VALUE;
        spin(generation, Math.min(slice, left));
        spinLeft -= slice;
      }
      if (lease.isClosed()) {
        throw new ClosedIllegalStateException(
            "this party of the barrier was closed while it waited");
      }
      if (gate.isOver(generation, place)) {
        return;
      }
      check(generation, timed, deadline);
      watch.refresh();
      if (spinLeft > 0) {
        watch.await(0);
      } else if (!courtesy.yieldOnceMore()) {
        sleep(generation, timed, deadline);
      }
    }
  }

  private void spin(long generation, long nanos) {
    // A party that arrives while the others are on their way has no use for the clock.
    if (!crowded && looksClosed(generation)) {
      return;
    }
    long start = System.nanoTime();
    long busy = crowded ? 0 : nanos / BUSY_PART;
    long passed;
    do {
      if (looksClosed(generation)) {
        return;
      }
      passed = System.nanoTime() - start;
      if (passed >= busy) {
        courtesy.yieldWhileSpinning();
      }
    } while (passed < nanos);
  }

  private boolean looksClosed(long generation) {
    int looks = crowded ? 1 : LOOKS_PER_CLOCK;
    while (gate.isOpen(generation)) {
      if (--looks == 0) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private void sleep(long generation, boolean timed, long deadline) {
    long state = gate.state();
    if (!BarrierState.isOpen(state, generation) || !gate.tryAnnounceSleep(state)) {
      return;
    }
    hook.arm();
    try {
      // Closing sets its mark before it wakes: either it is seen here or the wake-up is.
      watch.await(lease.isClosed() ? 0 : timeoutMillis(timed, deadline));
    } finally {
      if (!hook.disarm()) {
        hook = new InterruptHook(gate::wakeAll);
      }
    }
  }

  private void check(long generation, boolean timed, long deadline)
      throws InterruptedException, TimeoutException, BrokenBarrierException {
    if (Thread.interrupted()) {
      if (!gate.breakGeneration(generation, BreakCause.INTERRUPTED, place)) {
        // Decided meanwhile; as in CyclicBarrier the interrupt is then for whoever comes next.
        Thread.currentThread().interrupt();
        gate.isOver(generation, place);
        return;
      }
      throw new InterruptedException(
          "interrupted while waiting for the end of generation " + generation);
    }
    if (timed && deadline - System.nanoTime() <= 0) {
      String missing = places.missingIn(generation);
      if (gate.breakGeneration(generation, BreakCause.TIMED_OUT, place)) {
        throw new TimeoutException(
            "generation "
                + generation
                + " did not end in time, for these did not come: "
                + missing);
      }
    }
  }

  private static int timeoutMillis(boolean timed, long deadline) {
    if (!timed) {
      return Epoll.FOREVER;
    }
    long left = deadline - System.nanoTime();
    // Rounded up: waking a little early would only mean to go to sleep again.
    long millis = (Math.max(0, left) + 999_999) / 1_000_000;
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
