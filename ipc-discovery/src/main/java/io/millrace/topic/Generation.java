package io.millrace.topic;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import java.util.concurrent.TimeUnit;

/** One of the rings that a name had, as its follower has it. Used by the follower's thread. */
final class Generation extends ReadRing {
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  final Service service;

  /** What of the stream came before the group. */
  final long missed;

  /** How its publisher ended, or null while it is published. */
  Departure how;

  /** Somebody may write to it still. */
  boolean isWritten = true;

  boolean joinTold;
  boolean endTold;

  /** When to look next whether it is done, by nanoTime. */
  long due;

  private boolean isDelivered;
  private long pause = SOON_NANOS;

  Generation(Service service, Ring ring, GroupOptions group, boolean isNew) {
    super(service, ring, group);
    this.service = service;
    boolean isOwed = isNew && !hasGroup();
    joinGroup();
    missed = isOwed ? position() : 0;
  }

  /** Nobody publishes it any more. */
  void ends(Departure departure, long now) {
    how = departure;
    due = now;
    pause = SOON_NANOS;
  }

  /** It is published again. Returns whether its end was told. */
  boolean comesBack() {
    boolean was = endTold;
    how = null;
    endTold = false;
    isWritten = true;
    isDelivered = false;
    return was;
  }

  /** It is to be looked at, whether it is done. */
  boolean isSettling() {
    return how != null && !isDone();
  }

  /** Nothing will come of it any more. */
  boolean isDone() {
    return how != null && !isWritten && isDelivered;
  }

  void settle(long now) {
    // In this order: once nobody writes any more, all that was written can be seen.
    isWritten = hasProducer();
    isDelivered = isReadToTheEnd();
    due = now + pause;
    pause = isWritten ? Math.min(2 * pause, LONGEST_NANOS) : SOON_NANOS;
  }
}
