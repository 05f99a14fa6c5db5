package io.millrace.ring;

import io.millrace.ring.ControlledRecordHandler.Action;
import io.millrace.ring.RingProcess.Delivery;
import io.millrace.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Short records with a number, and what comes of them. */
final class Deliveries {
  private static final int LENGTH = 40;

  private Deliveries() {}

  /** Writes records of type 1 with the numbers from one to another, without that. */
  static void offer(Ring ring, int from, int to) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    try (Producer producer = ring.addProducer()) {
      for (int i = from; i < to; i++) {
        message.putInt(0, i);
        if (producer.offer(1, message, 0, LENGTH) < 0) {
          throw new AssertionError("no room for record " + i);
        }
      }
    }
  }

  /** Polls until so many records came, and once more. */
  static List<Delivery> await(Consumer consumer, int count) {
    List<Delivery> got = new ArrayList<>();
    Eventually.await(
        count + " records",
        RingProcess.SOON,
        () -> {
          poll(consumer, got, Action.CONTINUE);
          return got.size() >= count;
        });
    poll(consumer, got, Action.CONTINUE);
    return got;
  }

  static int poll(Consumer consumer, List<Delivery> got, Action answer) {
    return consumer.controlledPoll(
        (type, buffer, offset, length, redelivered) -> {
          got.add(new Delivery(type, buffer.getInt(offset), redelivered));
          return answer;
        },
        100);
  }

  /** The next record is refused and stays in the consumer's hand. */
  static List<Delivery> refuse(Consumer consumer) {
    List<Delivery> got = new ArrayList<>();
    poll(consumer, got, Action.ABORT);
    return got;
  }
}
