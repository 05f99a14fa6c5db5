package io.millrace.barrier;

import io.millrace.DamagedException;

/**
 * The shared memory of a barrier holds what no party writes, or what was handed over is no barrier
 * at all. Nothing was touched outside of it.
 */
public final class DamagedBarrierException extends DamagedException {
  private static final long serialVersionUID = 1L;

  DamagedBarrierException(String what) {
    super("not a usable barrier: " + what);
  }
}
