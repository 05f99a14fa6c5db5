package io.millrace.ring;

/**
 * The blocking part that all waits have in common: ask to be woken, look again, sleep.
 *
 * <p>The place among the sleepers is taken with the first wait and kept.
 */
abstract class BlockingWait implements Waitable {
  private static final long UNCERTAIN_NANOS = 1_000_000;

  private final RingHandle owner;
  private final Ring ring;
  private final int bitmap;
  private Waiter waiter;
  private boolean uncertain;

  BlockingWait(RingHandle owner, Ring ring, int bitmap) {
    this.owner = owner;
    this.ring = ring;
    this.bitmap = bitmap;
  }

  /** Tells whether it is there, of a handle that is open. */
  abstract boolean look();

  /** Something is under way whose end nobody will announce. Asked after {@link #isReady()}. */
  abstract boolean isUncertain();

  /** Does what is to be done when a member has died, or may have. */
  abstract void clearUp();

  @Override
  public final boolean isReady() {
    owner.throwExceptionIfClosed();
    return look();
  }

  @Override
  public final boolean await(long timeoutNanos) {
    if (isReady()) {
      return true;
    }
    long start = System.nanoTime();
    long rest = timeoutNanos;
    try {
      while (rest > 0) {
        if (!prepareWait()) {
          return true;
        }
        waiter.sleep(Math.min(rest, longestWaitNanos()));
        if (isReady()) {
          return true;
        }
        if (timeoutNanos != FOREVER) {
          rest = timeoutNanos - (System.nanoTime() - start);
        }
      }
      return false;
    } finally {
      cancel();
    }
  }

  @Override
  public final int descriptor() {
    return waiter().descriptor();
  }

  @Override
  public final boolean prepareWait() {
    waiter().announce();
    if (isReady()) {
      return false;
    }
    uncertain = isUncertain();
    if (waiter.sawDeath() || uncertain) {
      clearUp();
    }
    return !isReady();
  }

  @Override
  public final long longestWaitNanos() {
    return uncertain ? UNCERTAIN_NANOS : waiter().longestSleepNanos();
  }

  @Override
  public final void cancelWait() {
    if (waiter != null && waiter.isAnnounced()) {
      cancel();
      waiter.drain();
    }
  }

  private void cancel() {
    if (waiter == null) {
      return; // There was no place for it; that is what the caller is being told.
    }
    waiter.cancel();
    if (waiter.sawDeath()) {
      clearUp();
    }
  }

  private Waiter waiter() {
    owner.throwExceptionIfClosed();
    if (waiter == null) {
      waiter = Waiter.acquire(ring, bitmap);
    }
    return waiter;
  }

  final void close() {
    if (waiter != null) {
      waiter.close();
      waiter = null;
    }
  }
}
