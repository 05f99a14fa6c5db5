package io.millrace.barrier;

import io.millrace.DamagedException;

/**
 * Thrown when the shared memory of a barrier holds what no party writes, or what was handed over is
 * not a barrier at all. Nothing outside of it was touched.
 */
public final class DamagedBarrierException extends DamagedException {
  private static final long serialVersionUID = 1L;

  DamagedBarrierException(String what) {
    super("not a usable barrier: " + what);
  }
}
