package io.millrace.peer;

import io.millrace.ring.Waitable;

/**
 * Where a ring stands in the sleep of its reader. A ring that was asked to wake stays asked until
 * it does, so a sleep costs by ring that changed, not by ring.
 */
final class Armed {
  /** Its descriptor, -1 while it is not in the reader's epoll set. */
  int descriptor = -1;

  /** Where it is among those that are awake, -1 if it is not. */
  int place = -1;

  /** It was asked to wake. */
  boolean on;

  /** It has woken. */
  boolean signalled;

  /**
   * How long the next sleep may be on its account; {@link Waitable#FOREVER} once it has settled.
   */
  long longest;
}
