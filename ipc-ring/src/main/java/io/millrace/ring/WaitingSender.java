package io.millrace.ring;

import io.millrace.os.Deadline;
import java.util.Objects;
import org.agrona.MutableDirectBuffer;

/** A producer whose claims wait for room. */
final class WaitingSender implements RecordSender {
  private final Producer producer;
  private final WaitStrategy wait;
  private final long timeoutNanos;

  WaitingSender(Producer producer, WaitStrategy wait, long timeoutNanos) {
    this.producer = producer;
    this.wait = Objects.requireNonNull(wait, "wait");
    this.timeoutNanos = timeoutNanos;
  }

  @Override
  public int tryClaim(int type, int length) {
    int index = producer.tryClaim(type, length);
    return index < 0 ? claimLater(type, length) : index;
  }

  private int claimLater(int type, int length) {
    int index = BACK_PRESSURED;
    long start = System.nanoTime();
    long rest = timeoutNanos;
    while (index < 0 && rest > 0) {
      boolean goesOn = producer.awaitSpace(length, wait, rest);
      index = producer.tryClaim(type, length);
      rest = goesOn ? Deadline.left(timeoutNanos, start) : 0;
    }
    producer.noteWait(System.nanoTime() - start);
    return index;
  }

  @Override
  public MutableDirectBuffer buffer() {
    return producer.buffer();
  }

  @Override
  public long commit(int index) {
    return producer.commit(index);
  }

  @Override
  public void abort(int index) {
    producer.abort(index);
  }

  @Override
  public int maxMessageLength() {
    return producer.maxMessageLength();
  }
}
