package io.millrace.ring;

import java.util.concurrent.TimeUnit;

/**
 * What a consumer does while nothing comes: from time to time it looks whether a killed producer
 * left a hole in its way, or a killed consumer of its group a record in hand.
 */
final class IdleWatch {
  /** A claim that is younger is most likely just being written. */
  private static final long HOLE_AGE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long PROBE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Consumer consumer;
  private final IdleCount idles = new IdleCount(false);
  private long hole = RingLayout.NONE;
  private long holeSince;
  private long lastProbe = System.nanoTime();
  private boolean orphans;

  IdleWatch(Consumer consumer) {
    this.consumer = consumer;
  }

  /** After a poll that delivered something. */
  void busy() {
    idles.reset();
  }

  /** After a poll that found nothing. */
  void idle() {
    if (idles.isTimeToLook()) {
      look();
    }
  }

  private void look() {
    long now = System.nanoTime();
    long next = consumer.nextPosition();
    if (consumer.memory.tail() > next && !consumer.memory.isCommitted(next)) {
      if (hole != next) {
        hole = next;
        holeSince = now;
      } else if (now - holeSince > HOLE_AGE_NANOS) {
        holeSince = now;
        settle(next);
      }
    }
    if (now - lastProbe > PROBE_INTERVAL_NANOS) {
      lastProbe = now;
      orphans = consumer.findOrphans();
    }
  }

  /** Looks at everything at once: somebody has died. */
  void clearUp() {
    long next = consumer.nextPosition();
    if (consumer.memory.tail() > next) {
      settle(next);
    }
    orphans = consumer.findOrphans();
  }

  private void settle(long position) {
    if (consumer.memory.isCommitted(position)) {
      return;
    }
    consumer.holdForRecovery(position);
    try {
      // The position may have been passed before it was held: then it is nobody's business.
      if (consumer.nextPosition() == position && consumer.ring.recovery().settle(position)) {
        consumer.group.countRecovery();
      }
    } finally {
      consumer.releaseAfterRecovery();
    }
  }

  boolean hasOrphans() {
    return orphans;
  }

  void orphansDone() {
    orphans = false;
  }
}
