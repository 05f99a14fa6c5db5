package io.millrace.ring;

import io.millrace.os.StepListener;
import java.util.function.Consumer;

/** The steps of the ring's protocols that a test can be told of, see {@link StepListener}. */
final class Steps {
  /** What has just been done. */
  enum Step {
    INTENT_POSITION_WRITTEN,
    INTENT_LENGTH_WRITTEN,
    TAIL_MOVED,
    HEADER_WRITTEN,
    PAYLOAD_WRITTEN,
    COMMITTED,
    SIGNALLED,
    SLEEPER_NOTIFIED,
    INTENT_RETRACTED,
    BATCH_RECORD_COMMITTED,
    RECORD_HANDLED,
    CURSOR_STORED,
    RECORD_SHOWN,
    CLAIM_CONFIRMED,
    CURSOR_MOVED,
    RECORD_RELEASED,
    HOLE_FOUND,
    HOLE_HELD,
    HOLE_SEEN,
    PADDING_WRITTEN,
    PADDING_COMMITTED,
    ORPHAN_ADOPTED,
    ORPHAN_HANDLED,
    ORPHAN_GIVEN_BACK,
    WAIT_STORED,
    WAITER_BIT_SET,
    WAITER_BIT_CLEARED,
    GROUP_NAMED,
    GROUP_OPENING,
    GROUP_BOUND_RAISED,
    GROUP_OPENING_COUNTED,
    GROUP_BOUND_READ,
    GROUP_CURSOR_FINAL,
    GROUP_ACTIVE,
    SLOT_LOCKED,
    SLOT_SIGNED,
    SLOT_ACTIVE,
    GROUP_JOINED,
    SLOT_LEFT,
    GROUP_FOUND_EMPTY,
    SLOT_EMPTIED,
    SLOT_FREED,
    MEMBERSHIP_LOCKED,
    MEMBERS_COUNTED,
    EVICTION_BEGUN,
    GROUP_REMOVED
  }

  private static final Consumer<Step> LISTENER = StepListener.of(Step.class);

  private Steps() {}

  static void reached(Step step) {
    if (LISTENER != null) {
      LISTENER.accept(step);
    }
  }
}
