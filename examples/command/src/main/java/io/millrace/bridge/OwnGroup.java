package io.millrace.bridge;

import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;

/**
 * The group of the receiver in a ring that it writes to. It keeps what is not noted yet: there the
 * next receiver finds what a killed one has published last, and does not publish it again.
 */
final class OwnGroup implements AutoCloseable {
  /** Also required of publishers, so that their subscribers keep the ring when this is killed. */
  static final GroupOptions OPTIONS = GroupOptions.named("bridge-in").retained().acknowledged();

  private static final long NONE = -1;

  private final Consumer consumer;
  private final RecordHandler handler;
  private long last = NONE;
  private long from;
  private long count;

  OwnGroup(Ring ring) {
    consumer = ring.addConsumer(OPTIONS);
    handler =
        (type, buffer, offset, length) -> {
          last = consumer.recordPosition();
          count += last >= from ? 1 : 0;
        };
  }

  /** Counts the records from a position on, and keeps them. */
  long countFrom(long position) {
    from = position;
    count = 0;
    while (consumer.poll(handler, Integer.MAX_VALUE) > 0) {
      // What a killed producer has not committed is no record, and nothing is behind it.
      Thread.onSpinWait();
    }
    return count;
  }

  /** All that is in the ring is noted. */
  void release() {
    countFrom(0);
    if (last != NONE) {
      consumer.acknowledge(last);
      last = NONE;
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
