package io.millrace.peer;

import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.ring.DamagedRingException;
import io.millrace.ring.Waitable;

/** A ring that its reader polls, and sleeps with, beside others. Used by the reader's thread. */
public abstract class PolledRing {
  /** Where it stands in the sleep. */
  final Armed armed = new Armed();

  private RuntimeException damage;

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
   * Tells whether two publications are of the same memory. A ring is recognised by that: its
   * publication may change hands.
   *
   * @param one a publication with descriptors
   * @param other another one
   * @return true if it is the same ring
   */
  protected static boolean isSameMemory(Service one, Service other) {
    ServiceDescriptor memory = one.descriptors().get(0);
    return !other.descriptors().isEmpty()
        && other.descriptors().get(0).device() == memory.device()
        && other.descriptors().get(0).inode() == memory.inode();
  }

  /**
   * Notes that it cannot be read any more.
   *
   * @param why what is wrong with its memory, or with what another process writes to it
   */
  public final void refuse(RuntimeException why) {
    damage = why;
  }

  /**
   * What is wrong with it, as was noted, or seen during a sleep with it. The one that polls it asks
   * for this behind each call.
   *
   * @return null if nothing is known to be wrong
   */
  public final RuntimeException damage() {
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
