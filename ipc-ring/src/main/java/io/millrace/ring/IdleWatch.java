package io.millrace.ring;

import java.util.concurrent.TimeUnit;

/**
 * What a consumer does while nothing comes: from time to time it looks whether a killed producer
 * left a hole in its way, or a killed consumer of its group a record in hand. For the latter it
 * looks while it is busy, too.
 */
final class IdleWatch {
  /** A claim that is younger is most likely just being written. */
  private static final long HOLE_AGE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private static final long PROBE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Reading the clock costs a third of a record. */
  private static final int MOST_BUSY_RECORDS = 32;

  private final Consumer consumer;
  private final IdleCount idles = new IdleCount(false);
  private long hole = RingLayout.NONE;
  private long holeSince;
  private long lastProbe = System.nanoTime();
  private boolean orphans;
  private long lastBusyLook = lastProbe;
  private int busyRecords = 1;
  private int untilBusyLook = 1;

  IdleWatch(Consumer consumer) {
    this.consumer = consumer;
  }

  /** After a poll that delivered something. */
  void busy() {
    idles.reset();
  }

  /** How many records a shared group's consumer, which may never fall idle, handles until then. */
  int recordsUntilLook() {
    return untilBusyLook;
  }

  /** What is left of them at the end of a poll. */
  void lookIn(int records) {
    untilBusyLook = records;
  }

  /**
   * Looks at the clock so often that a millisecond is noticed, however slow the handler is.
   *
   * @return how many records to handle until it is to be called again
   */
  int lookWhileBusy() {
    long now = System.nanoTime();
    boolean isSlow = now - lastBusyLook > PROBE_INTERVAL_NANOS / 2;
    busyRecords = isSlow ? 1 : Math.min(2 * busyRecords, MOST_BUSY_RECORDS);
    lastBusyLook = now;
    probe(now);
    return busyRecords;
  }

  private void probe(long now) {
    if (now - lastProbe > PROBE_INTERVAL_NANOS) {
      lastProbe = now;
      orphans = consumer.findOrphans();
    }
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
    if (consumer.memory.words.tail() > next && !consumer.headers.isCommitted(next)) {
      if (hole != next) {
        hole = next;
        holeSince = now;
      } else if (now - holeSince > HOLE_AGE_NANOS) {
        holeSince = now;
        settle(next);
      }
    }
    probe(now);
  }

  /** Looks at everything at once: somebody has died. */
  void clearUp() {
    long next = consumer.nextPosition();
    if (consumer.memory.words.tail() > next) {
      settle(next);
    }
    orphans = consumer.findOrphans();
    consumer.core.signals.deadSleepers().clear();
  }

  private void settle(long position) {
    if (consumer.headers.isCommitted(position)) {
      return;
    }
    Steps.reached(Steps.Step.HOLE_FOUND);
    consumer.holdForRecovery(position);
    try {
      // The position may have been passed before it was held: then it is nobody's business.
      if (consumer.nextPosition() == position && consumer.core.recovery.settle(position)) {
        consumer.group.slot.countRecovery();
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
