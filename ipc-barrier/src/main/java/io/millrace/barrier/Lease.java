package io.millrace.barrier;

import io.millrace.os.Membarrier;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import net.openhft.chronicle.core.io.ClosedIllegalStateException;

/**
 * Sees to it that a resource is released by the last one who uses it, never under anybody, and that
 * one thread at a time acts as the party.
 *
 * <p>The thread that acted last enters and exits without an atomic instruction: it marks itself as
 * inside and then looks whether it still has the part. Whoever takes the part away, to act or to
 * close, does so first and then looks at the mark, and pays for the fence of both sides with a
 * membarrier.
 */
final class Lease {
  private static final VarHandle INSIDE = insideHandle();
  private static final boolean FENCE = !Membarrier.PROCESS.isRegistered();

  /** A thread that has the part, and whether it acts at this moment. */
  private static final class Actor {
    private final Thread thread;

    @SuppressWarnings("unused") // Through INSIDE only.
    private boolean inside;

    private Actor(Thread thread) {
      this.thread = thread;
    }
  }

  private final Runnable release;
  private volatile Actor actor = new Actor(null);
  private volatile boolean contested;
  private volatile boolean closed;
  private int guests;
  private boolean released;

  Lease(Runnable release) {
    this.release = release;
  }

  /** Enters to look; any thread, any number. */
  synchronized void enter() {
    checkOpen();
    guests++;
  }

  synchronized void exit() {
    guests--;
    releaseIfUnused();
  }

  /** Enters to act as the party. */
  void enterAsParty() {
    Actor mine = actor;
    if (mine.thread == Thread.currentThread()) {
      INSIDE.setRelease(mine, true);
      storeBeforeLoad();
      if (actor == mine && !contested && !closed) {
        return;
      }
      INSIDE.setRelease(mine, false);
    }
    takeThePart();
  }

  /** Exits; the calling thread has entered. */
  void exitAsParty() {
    INSIDE.setRelease(actor, false);
    storeBeforeLoad();
    if (closed) {
      synchronized (this) {
        releaseIfUnused();
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Lets nobody enter any more.
   *
   * @return true for the first caller, who is inside like a guest then and has to {@link #exit}
   */
  synchronized boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    guests++;
    return true;
  }

  private synchronized void takeThePart() {
    checkOpen();
    contested = true;
    try {
      if (isInside(actor)) {
        throw new IllegalStateException(
            "two threads use one party of a barrier at once: each thread needs its own party");
      }
      Actor mine = new Actor(Thread.currentThread());
      INSIDE.set(mine, true);
      actor = mine;
    } finally {
      contested = false;
    }
  }

  /** The caller has contested the part or closed before. */
  private static boolean isInside(Actor other) {
    if (FENCE) {
      VarHandle.fullFence();
    } else {
      Membarrier.PROCESS.synchronize();
    }
    return (boolean) INSIDE.getAcquire(other);
  }

  private void releaseIfUnused() {
    if (closed && guests == 0 && !released && !isInside(actor)) {
      released = true;
      release.run();
    }
  }

  /** For the compiler always, for the processor only where nobody can do it from outside. */
  private static void storeBeforeLoad() {
    if (FENCE) {
      VarHandle.fullFence();
    } else {
      VarHandle.releaseFence();
      VarHandle.acquireFence();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new ClosedIllegalStateException("this party of the barrier is closed");
    }
  }

  private static VarHandle insideHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Actor.class, "inside", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }
}
