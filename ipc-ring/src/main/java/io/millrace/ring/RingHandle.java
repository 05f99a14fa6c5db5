package io.millrace.ring;

import net.openhft.chronicle.core.io.AbstractCloseable;

/**
 * What producers, consumers and observers have in common: one thread uses a handle, and closes it.
 * Another thread may do so once that one has ended.
 */
abstract class RingHandle extends AbstractCloseable {
  /** How many polls are under way: more than one if a handler polls. */
  private int polls;

  RingHandle() {}

  /** What a poll does between two calls of a handler relies on it that nothing was closed. */
  final void enterPoll() {
    polls++;
  }

  final void leavePoll() {
    polls--;
  }

  /** Unmapping under a thread that still writes would be fatal, so this is checked before. */
  @Override
  protected void assertCloseable() {
    if (!isClosing()) {
      threadSafetyCheck(false);
      if (polls > 0) {
        throw new IllegalStateException(
            "a handler cannot close what is just delivering to it: close it behind the poll");
      }
    }
  }
}
