package io.millrace.topic;

import io.millrace.os.Deadline;
import io.millrace.ring.RecordSender;
import io.millrace.ring.WaitStrategy;
import java.util.Objects;
import org.agrona.MutableDirectBuffer;

/** A publisher whose claims wait for room. */
final class WaitingPublisher implements RecordSender {
  private final TopicPublisher publisher;
  private final PublisherWait space;
  private final WaitStrategy wait;
  private final long timeoutNanos;

  WaitingPublisher(
      TopicPublisher publisher, PublisherWait space, WaitStrategy wait, long timeoutNanos) {
    this.publisher = publisher;
    this.space = space;
    this.wait = Objects.requireNonNull(wait, "wait");
    this.timeoutNanos = timeoutNanos;
  }

  @Override
  public int tryClaim(int type, int length) {
    int index = publisher.tryClaim(type, length);
    long start = index < 0 && timeoutNanos > 0 ? System.nanoTime() : 0;
    long rest = timeoutNanos;
    while (index < 0 && rest > 0) {
      boolean goesOn = wait.await(space.ofLength(length), rest);
      index = publisher.tryClaim(type, length);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    return index;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return publisher.buffer();
  }

  @Override
  public long commit(int index) {
    return publisher.commit(index);
  }

  @Override
  public void abort(int index) {
    publisher.abort(index);
  }

  @Override
  public int maxMessageLength() {
    return publisher.maxMessageLength();
  }
}
