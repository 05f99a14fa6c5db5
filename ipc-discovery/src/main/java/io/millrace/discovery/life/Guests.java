package io.millrace.discovery.life;

import io.millrace.ClosedException;
import io.millrace.os.Closing;
import io.millrace.os.LifeCycle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Keeps count of who is inside a registry or a view: the calls of any thread, and what was
 * published and has not been withdrawn. After the close nobody gets in, those who wait inside are
 * woken, and the last one out releases what all of them use.
 *
 * <p>Any thread may use it.
 */
public final class Guests {
  private final LifeCycle life;
  private final Callbacks callbacks;

  /** The guests that wait, and how to wake them. Guarded by itself. */
  private final Set<Wait> waiting = new LinkedHashSet<>();

  /**
   * Begins.
   *
   * @param what what they are in, for messages
   * @param release runs once, in the thread that is the last one out
   * @param callbacks is told where a release fails in a thread that did not close
   */
  public Guests(String what, Runnable release, Callbacks callbacks) {
    this.life = new LifeCycle(what, release);
    this.callbacks = callbacks;
  }

  /** Something that lasts, until it is closed, and is woken when the registry is. */
  public final class Wait implements AutoCloseable {
    private final Runnable wake;

    private Wait(Runnable wake) {
      this.wake = wake;
    }

    /** Once this has returned it is not woken any more. */
    @Override
    public void close() {
      synchronized (waiting) {
        waiting.remove(this);
      }
    }
  }

  /**
   * Does something that uses what is released at the end.
   *
   * @throws ClosedException if it is closed
   */
  public <T> T inside(Supplier<T> call) {
    enter();
    try {
      return call.get();
    } finally {
      exit();
    }
  }

  /**
   * Goes in.
   *
   * @throws ClosedException if it is closed
   */
  public void enter() {
    life.enterAsGuest();
  }

  /** Goes out; the last one releases all. It is not this one's failure if that fails. */
  public void exit() {
    try {
      life.exitAsGuest();
    } catch (RuntimeException | Error failure) {
      callbacks.report(failure);
    }
  }

  /**
   * Lets nobody pass who comes after the close.
   *
   * @throws ClosedException if it is closed
   */
  public void requireOpen() {
    life.requireOpen();
  }

  public boolean isClosed() {
    return life.isClosed();
  }

  /**
   * Begins a wait of somebody inside.
   *
   * @param wake ends it; called by the thread that closes, or here if that has happened. It does
   *     not wait for anything
   */
  public Wait waiting(Runnable wake) {
    Wait wait = new Wait(wake);
    synchronized (waiting) {
      waiting.add(wait);
      if (isClosed()) {
        wake.run();
      }
    }
    return wait;
  }

  /**
   * Closes: nobody comes in from now on. All steps are done, whatever fails; the first failure is
   * thrown then, with the others in it. Calls after the first do nothing.
   *
   * @param steps what the first caller does, while all is still there
   */
  public void close(AutoCloseable... steps) {
    if (life.close()) {
      List<AutoCloseable> all = new ArrayList<>(List.of(steps));
      all.add(0, this::wakeAll);
      try {
        Closing.closeAll(all);
      } catch (RuntimeException | Error failure) {
        try {
          life.exitAsGuest();
        } catch (RuntimeException | Error releasing) {
          failure.addSuppressed(releasing);
        }
        throw failure;
      }
      life.exitAsGuest();
    }
  }

  private void wakeAll() {
    synchronized (waiting) {
      Closing.closeAll(waiting.stream().map(one -> (AutoCloseable) one.wake::run).toList());
    }
  }
}
