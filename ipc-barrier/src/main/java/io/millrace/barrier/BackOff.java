package io.millrace.barrier;

import java.util.concurrent.TimeUnit;

/**
 * How long a party spins and lets others run before it sleeps. While only parties want the
 * processors that is cheaper than to sleep and be woken. Where somebody else has work for them it
 * is dear: a party that yields waits for the whole time slice of the other, again in each
 * generation, but one that sleeps gets the processor as soon as it is woken. So after a dear yield
 * there are none for a while, nor short spins that would end with one, and for longer each time.
 *
 * <p>Used by one thread.
 */
final class BackOff {
  /**
   * For processes that share processors a few are mostly enough. Two that have one each are awake
   * together, and stay it, only if who was faster waits for longer than the other takes to be
   * woken. All of them together cost less than to sleep and be woken.
   */
  private static final int YIELDS = 16;

  /** Parties on their way to the next generation are done sooner; a time slice takes longer. */
  private static final long DEAR_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private static final int FIRST_PAUSE = 4;
  private static final int LONGEST_PAUSE = 256;

  private int left;
  private int nextPause = FIRST_PAUSE;
  private int waitsToPause;
  private boolean wasCheap;

  /**
   * A wait begins.
   *
   * @param spinNanos how long the party is willing to spin
   * @return how long it should
   */
  long begin(long spinNanos) {
    if (wasCheap) {
      nextPause = FIRST_PAUSE;
      wasCheap = false;
    }
    left = waitsToPause > 0 ? 0 : YIELDS;
    if (waitsToPause > 0) {
      waitsToPause--;
      return spinNanos <= DEAR_NANOS ? 0 : spinNanos;
    }
    return spinNanos;
  }

  /** Lets others run instead of sleeping; false if it is time to sleep. */
  boolean yieldOnceMore() {
    if (left == 0) {
      return false;
    }
    left--;
    yieldWhileSpinning();
    return true;
  }

  /** Lets others run. */
  void yieldWhileSpinning() {
    long start = System.nanoTime();
    Thread.yield();
    wasCheap = System.nanoTime() - start <= DEAR_NANOS;
    if (!wasCheap) {
      left = 0;
      waitsToPause = nextPause;
      nextPause = Math.min(2 * nextPause, LONGEST_PAUSE);
    }
  }
}
