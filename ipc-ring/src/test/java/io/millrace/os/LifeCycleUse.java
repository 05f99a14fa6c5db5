package io.millrace.os;

import io.millrace.ClosedException;

/** What is used and released. How its owner goes in and out, a child says. */
abstract class LifeCycleUse {
  private volatile int releases;
  final LifeCycle life = makeLife(this::release);

  /** With one way of its owner to be known inside. */
  abstract LifeCycle makeLife(Runnable release);

  /**
   * Goes in and out as the owner, the second time without a lock; tells how often it was released
   * meanwhile, -1 if it was closed.
   */
  abstract int useAsOwner();

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // One at a time, or the test fails.
  private void release() {
    releases++;
  }

  final int releases() {
    return releases;
  }

  /** Goes in and out as a guest; tells how often it was released meanwhile, -1 if it was closed. */
  final int useAsGuest() {
    try {
      life.enterAsGuest();
    } catch (ClosedException closed) {
      return -1;
    }
    int seen = releases;
    life.exitAsGuest();
    return seen;
  }

  final void close() {
    if (life.close()) {
      life.exitAsGuest();
    }
  }
}
