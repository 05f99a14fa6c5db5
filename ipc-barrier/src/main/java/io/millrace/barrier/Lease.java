package io.millrace.barrier;

import java.util.concurrent.atomic.AtomicInteger;
import net.openhft.chronicle.core.io.ClosedIllegalStateException;

/**
 * Counts who is using a resource, so that it is released by the last one and never under anybody;
 * and lets one thread at a time act as the party.
 */
final class Lease {
  private static final int USE = 1;
  private static final int PARTY = 1 << 16;
  private static final int CLOSED = 1 << 17;

  private final AtomicInteger word = new AtomicInteger();
  private final Runnable release;

  Lease(Runnable release) {
    this.release = release;
  }

  /** Enters to look; any thread, any number. */
  void enter() {
    int now;
    do {
      now = word.get();
      checkOpen(now);
    } while (!word.compareAndSet(now, now + USE));
  }

  void exit() {
    leave(USE);
  }

  /** Enters to act as the party. */
  void enterAsParty() {
    int now;
    do {
      now = word.get();
      checkOpen(now);
      if ((now & PARTY) != 0) {
        throw new IllegalStateException(
            "two threads use one party of a barrier at once: each thread needs its own party");
      }
    } while (!word.compareAndSet(now, now + PARTY));
  }

  void exitAsParty() {
    leave(PARTY);
  }

  boolean isClosed() {
    return (word.get() & CLOSED) != 0;
  }

  /** Nobody enters any more; whoever is the last inside, perhaps the caller, releases. */
  boolean close() {
    int now;
    do {
      now = word.get();
      if ((now & CLOSED) != 0) {
        return false;
      }
    } while (!word.compareAndSet(now, (now | CLOSED) + USE));
    return true;
  }

  private void leave(int by) {
    if (word.addAndGet(-by) == CLOSED) {
      release.run();
    }
  }

  private static void checkOpen(int now) {
    if ((now & CLOSED) != 0) {
      throw new ClosedIllegalStateException("this party of the barrier is closed");
    }
  }
}
