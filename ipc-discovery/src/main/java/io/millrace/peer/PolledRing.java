package io.millrace.peer;

import io.millrace.ring.DamagedRingException;
import io.millrace.ring.Waitable;

/** A ring that its reader polls, and sleeps with, beside others. Used by the reader's thread. */
public abstract class PolledRing {
  /** Where it stands in the sleep. */
  final Armed armed = new Armed();

  private DamagedRingException damage;

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

  /**
   * What its memory was seen to be during a sleep with it. The one that polls it asks for this.
   *
   * @return null if nothing is known to be wrong
   */
  public final DamagedRingException damageInSleep() {
    return damage;
  }

  /** Tells whether there is something to do with it; that it is damaged is something. */
  final boolean isReady() {
    try {
      return damage != null || waitable().isReady();
    } catch (DamagedRingException failure) {
      damage = failure;
      return true;
    }
  }

  /** Asks it to wake. Returns false if there is something to do with it now. */
  final boolean prepareWait() {
    try {
      return damage == null && waitable().prepareWait();
    } catch (DamagedRingException failure) {
      damage = failure;
      return false;
    }
  }

  /** It need not wake any more. */
  final void cancelWait() {
    try {
      waitable().cancelWait();
    } catch (DamagedRingException failure) {
      damage = failure;
    }
  }
}
