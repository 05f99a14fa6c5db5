package io.millrace.topic;

import io.millrace.os.Deadline;
import io.millrace.ring.Producer;
import io.millrace.ring.Waitable;

/**
 * Waiting for room in a publisher's ring: that of its producer, which moves the history on first.
 * While subscribers are awaited that were there before, nobody announces that they have come; so it
 * looks every few milliseconds then.
 */
final class PublisherWait implements Waitable {
  private static final long OPENING_NANOS = 2_000_000;

  private final Producer producer;
  private final History history;
  private Waitable room;

  /** The producer forgets a wake-up with the short sleep that it ended; this one does not. */
  private volatile boolean woken;

  PublisherWait(Producer producer, History history) {
    this.producer = producer;
    this.history = history;
  }

  PublisherWait ofLength(int payload) {
    room = producer.waitForSpace(payload);
    return this;
  }

  @Override
  public boolean isReady() {
    return room.isReady() || history.makeRoom() && room.isReady();
  }

  @Override
  public boolean await(long timeoutNanos) {
    long start = System.nanoTime();
    long rest = timeoutNanos;
    while (!isReady()) {
      if (rest <= 0) {
        return false;
      }
      if (isWoken()) {
        cancelWait();
        return false;
      }
      boolean bounded = history.isOpening() && rest > OPENING_NANOS;
      room.await(bounded ? OPENING_NANOS : rest);
      rest = Deadline.left(timeoutNanos, start);
    }
    return true;
  }

  @Override
  public void wakeup() {
    woken = true;
    producer.wakeup();
  }

  @Override
  public boolean isWoken() {
    return woken || room.isWoken();
  }

  @Override
  public int descriptor() {
    return room.descriptor();
  }

  @Override
  public boolean prepareWait() {
    return !isReady() && !woken && room.prepareWait();
  }

  @Override
  public long longestWaitNanos() {
    long longest = room.longestWaitNanos();
    return history.isOpening() ? Math.min(longest, OPENING_NANOS) : longest;
  }

  @Override
  public void cancelWait() {
    woken = false;
    room.cancelWait();
  }
}
