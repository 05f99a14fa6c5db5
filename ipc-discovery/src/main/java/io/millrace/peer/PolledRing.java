package io.millrace.peer;

import io.millrace.ring.Waitable;

/** A ring that its reader polls, and sleeps with, beside others. Used by the reader's thread. */
public abstract class PolledRing {
  /** Where it stands in the sleep. */
  final Armed armed = new Armed();

  /** For those that say what there is to wait for. */
  protected PolledRing() {}

  /**
   * What to sleep with.
   *
   * @return what is ready once there is a record
   */
  protected abstract Waitable waitable();

  /**
   * Tells whether one of several readers is woken for all.
   *
   * @return true if it reads for a shared group
   */
  protected abstract boolean isShared();
}
