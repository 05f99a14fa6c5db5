package io.millrace.ring;

import io.millrace.os.Alarm;
import io.millrace.os.LifeCycle;
import java.lang.invoke.VarHandle;

/**
 * What producers, consumers, observers and pollers have in common: one thread uses a handle, any
 * thread may close it.
 *
 * <p>A handler runs inside a call of the handle that delivers to it, and may not call that handle
 * again, or close it: everything that a delivery does between two calls of a handler relies on it
 * that it alone moves on.
 */
abstract class RingHandle implements AutoCloseable {
  final LifeCycle life;
  private final String what;

  /** Set by the handle's own thread; also its mark that it is inside. */
  private boolean delivering;

  /** Ends the waits of this handle. */
  final Alarm alarm = new Alarm();

  RingHandle(String what) {
    this.what = what;
    life = new LifeCycle("this " + what, this::release, this::isInside);
  }

  /** Goes in to call handlers, which may not come back in here. */
  final void enterDelivery() {
    life.requireOwner();
    if (delivering) {
      refuseUnlessOver();
    }
    delivering = true;
    boolean open = false;
    try {
      life.requireOpenBehindMark();
      open = true;
    } finally {
      if (!open) {
        exitDelivery();
      }
    }
  }

  /** Litmus claims: {@code life-mark-taken-back.wm}. */
  final void exitDelivery() {
    VarHandle.releaseFence(); // A thread that sees the mark go sees all done before.
    delivering = false;
    life.exitBehindMark();
  }

  /**
   * Tells whether the handle's thread is inside by what it is doing, without having counted itself
   * in. Any thread may ask.
   */
  boolean isInside() {
    return delivering;
  }

  /** Goes in for what a handler may not do. */
  final void enterOutsideHandlers() {
    life.requireOwner();
    if (delivering) {
      refuseUnlessOver();
    }
    life.enter();
  }

  /** The delivery may be one that an exhausted stack kept from saying that it ended. */
  private void refuseUnlessOver() {
    if (LifeCycle.isOnTheStack(getClass())) {
      life.requireOpen();
      throw new IllegalStateException(
          "a handler cannot use the " + what + " that is just delivering to it");
    }
    delivering = false;
    life.forgetCalls();
  }

  /**
   * Tells whether this handle was closed, by itself or with its ring. Any thread may ask.
   *
   * @return true if it was
   */
  public final boolean isClosed() {
    return life.isClosed();
  }

  /**
   * Leaves. Any thread may close: a wait that is under way ends with an exception, and where the
   * handle's own thread is just inside a call, that thread leaves at its end. Closing again does
   * nothing.
   *
   * @throws IllegalStateException if a handler closes what is delivering to it, or the source of a
   *     payload the producer that copies it
   */
  @Override
  public final void close() {
    requireNotDelivering();
    requireClosable();
    closeNow();
  }

  final void requireNotDelivering() {
    if (delivering && life.isOwner() && !life.isClosed()) {
      if (LifeCycle.isOnTheStack(getClass())) {
        throw new IllegalStateException(
            "a handler cannot close what is just delivering to it: close it behind the poll");
      }
      delivering = false;
      life.forgetCalls();
    }
  }

  /** Refuses to be closed from inside a call of another kind than a delivery. */
  void requireClosable() {}

  /** The same, also inside a handler: then the delivery that called it is the last. */
  final void closeNow() {
    if (life.close()) {
      try {
        closing();
      } finally {
        life.exitAsGuest();
      }
    }
  }

  /**
   * Ends the wait of the thread that waits with this handle, or else the next wait at once: it
   * returns that nothing is there, unless there is. Many calls before a wait count as one. Does
   * nothing once the handle is closed.
   *
   * <p>Any thread may call it at any time.
   */
  public final void wakeup() {
    wakeWaiting();
  }

  /** The one way from any thread to the one that waits: for each public call, and for a close. */
  final void wakeWaiting() {
    alarm.set();
  }

  /** Wakes the handle's thread if it waits. Called once, by any thread; all is still there. */
  void closing() {
    wakeWaiting();
  }

  /** Releases what the handle has. Called once, by the last thread that was inside. */
  abstract void release();
}
