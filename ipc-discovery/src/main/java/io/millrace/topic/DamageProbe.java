package io.millrace.topic;

import io.millrace.ring.DamagedRingException;
import io.millrace.ring.RecordHandler;

/**
 * Tells whether it is the memory of a ring that a {@link DamagedRingException} is about, and not
 * another ring that the handler uses: takes one record in hand and gives it back.
 */
final class DamageProbe {
  /** Thrown out of a poll that only tries whether the memory can be read. */
  private static final class Fine extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Fine THROWN = new Fine();

    private Fine() {
      super("the record can be read", null, false, false);
    }
  }

  static final RecordHandler PROBING =
      (type, buffer, offset, length) -> {
        throw Fine.THROWN;
      };

  private DamageProbe() {}

  static boolean isDamaged(Runnable pollWithProbe) {
    try {
      pollWithProbe.run();
      return false;
    } catch (DamagedRingException damage) {
      return true;
    } catch (Fine fine) {
      return false;
    }
  }
}
