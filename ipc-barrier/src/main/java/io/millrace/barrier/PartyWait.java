package io.millrace.barrier;

import io.millrace.os.Deadline;
import io.millrace.os.InterruptHook;
import io.millrace.os.LifeCycle;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a party waits for the end of a generation: it spins for a while, then it sleeps. */
final class PartyWait {
  /** A spinning party looks at this pace whether another has died. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Reading the clock costs as much as several looks at the state. */
  private static final int LOOKS_PER_CLOCK = 32;

  /**
   * A party that has spun in vain for this part of its time yields the processor for the rest of
   * it.
   */
  private static final int BUSY_PART = 8;

  /**
   * A sleeping party looks once a second by itself: a party that ends a generation and lives may
   * fail to wake anybody, with an exhausted stack for example.
   */
  private static final long LOOK_SECONDS = 1;

  private final StateWord stateWord;
  private final Places places;
  private final PartyWatch watch;
  private final LifeCycle life;
  private final int place;
  private final boolean crowded;
  private final BackOff backOff = new BackOff();
  private InterruptHook hook;
  private long spinNanos;

  PartyWait(StateWord stateWord, Places places, PartyWatch watch, LifeCycle life, int place) {
    this.stateWord = stateWord;
    this.places = places;
    this.watch = watch;
    this.life = life;
    this.place = place;
    // With more parties than processors one that spins keeps another from arriving: it yields.
    this.crowded = places.count() > Runtime.getRuntime().availableProcessors();
    this.hook = new InterruptHook(stateWord::wakeAll);
  }

  void spinFor(long nanos) {
    spinNanos = nanos;
  }

  /** Waits until the generation is over, and until the {@link Deadline} at most. */
  void await(long generation, long deadline)
      throws BrokenBarrierException, InterruptedException, TimeoutException {
    long spinLeft = backOff.begin(spinNanos);
    while (true) {
      if (spinLeft > 0) {
        long slice = Math.min(spinLeft, SLICE_NANOS);
        spin(generation, Math.min(slice, Deadline.nanosLeft(deadline)));
        spinLeft -= slice;
      }
      if (stateWord.isOver(generation, place)) {
        return;
      }
      check(generation, deadline);
      watch.refresh();
      if (spinLeft > 0) {
        watch.await(0);
      } else if (!backOff.yieldOnceMore()) {
        sleep(generation, deadline);
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
        backOff.yieldWhileSpinning();
      }
    } while (passed < nanos);
  }

  private boolean looksClosed(long generation) {
    int looks = crowded ? 1 : LOOKS_PER_CLOCK;
    while (stateWord.isOpen(generation)) {
      if (--looks == 0) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  private void sleep(long generation, long deadline) {
    long state = stateWord.state();
    if (!BarrierState.isOpen(state, generation) || !stateWord.tryAnnounceSleep(state)) {
      return;
    }
    hook.arm();
    try {
      // Closing sets its mark before it wakes: either it is seen here or the wake-up is.
      watch.await(life.isClosed() ? 0 : Deadline.millisLeft(nextLook(deadline)));
    } finally {
      if (!hook.disarm()) {
        hook = new InterruptHook(stateWord::wakeAll);
      }
    }
  }

  private static long nextLook(long deadline) {
    return Deadline.earlier(deadline, Deadline.after(LOOK_SECONDS, TimeUnit.SECONDS));
  }

  private void check(long generation, long deadline)
      throws InterruptedException, TimeoutException, BrokenBarrierException {
    if (Thread.interrupted()) {
      if (!stateWord.breakGeneration(generation, BreakCause.INTERRUPTED, place)) {
        // Decided meanwhile; as in CyclicBarrier the interrupt is then for the next call.
        Thread.currentThread().interrupt();
        stateWord.isOver(generation, place);
        return;
      }
      throw new InterruptedException(
          "interrupted while waiting for the end of generation " + generation);
    }
    if (Deadline.hasPassed(deadline)) {
      String missing = places.missingIn(generation);
      if (stateWord.breakGeneration(generation, BreakCause.TIMED_OUT, place)) {
        throw new TimeoutException(
            "generation "
                + generation
                + " did not end in time, for these did not come: "
                + missing);
      }
    }
  }
}
