package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A consumer that reads ahead of what is done. */
class AcknowledgeTest {
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);
  private static final GroupOptions KEPT = GroupOptions.named("kept").retained().acknowledged();
  private static final RecordHandler NOTHING = (type, buffer, offset, length) -> {};

  private final UnsafeBuffer payload = new UnsafeBuffer(new byte[20_000]);

  private static List<Long> read(Consumer consumer, boolean controlled) {
    List<Long> seen = new ArrayList<>();
    if (controlled) {
      consumer.controlledPoll(
          (type, buffer, offset, length, again) -> {
            seen.add(consumer.recordPosition());
            return ControlledRecordHandler.Action.CONTINUE;
          },
          100);
    } else {
      consumer.poll((type, buffer, offset, length) -> seen.add(consumer.recordPosition()), 100);
    }
    return seen;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsReadHoldsProducersBackUntilItIsDone(boolean controlled) {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(KEPT)) {
      while (producer.offer(1, payload, 0, 20_000) > 0) {
        assertEquals(1, read(consumer, controlled).size());
      }
      assertEquals(0, consumer.position());
      consumer.acknowledge(0);
      assertEquals(20_032, consumer.position());
      assertTrue(producer.offer(1, payload, 0, 20_000) > 0);
      List<Long> last = read(consumer, controlled);
      consumer.acknowledge(last.get(0));
      assertEquals(ring.counters().position(), consumer.position());
      assertEquals(ring.counters().position(), ring.counters().retainedPosition());
    }
  }

  @Test
  void paddingNeedsNobody() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(KEPT)) {
      producer.abort(producer.tryClaim(1, 8));
      consumer.poll(NOTHING, 1);
      assertEquals(ring.counters().position(), consumer.position());
      producer.offer(1, payload, 0, 8);
      producer.abort(producer.tryClaim(1, 8));
      List<Long> seen = read(consumer, false);
      consumer.acknowledge(seen.get(0));
      assertEquals(ring.counters().position(), consumer.position());
      producer.offer(1, payload, 0, 8);
      long behind = read(consumer, false).get(0);
      consumer.acknowledge(behind);
      producer.abort(producer.tryClaim(1, 8));
      consumer.poll(NOTHING, 1);
      assertEquals(ring.counters().position(), consumer.position());
    }
  }

  @Test
  void whatIsNotDoneComesAgainMarked() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer()) {
      long done;
      try (Consumer first = ring.addConsumer(KEPT)) {
        for (int i = 0; i < 4; i++) {
          payload.putLong(0, i);
          producer.offer(1, payload, 0, 8);
        }
        done = read(first, false).get(1);
        first.acknowledge(done);
        first.acknowledge(0); // Long done.
      }
      payload.putLong(0, 4);
      List<String> seen = new ArrayList<>();
      try (Consumer next = ring.addConsumer(KEPT)) {
        next.poll(
            new RecordHandler() {
              @Override
              public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
                seen.add("new " + buffer.getLong(offset));
              }

              @Override
              public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
                seen.add("again " + buffer.getLong(offset));
              }
            },
            100);
        assertEquals(List.of("again 2", "again 3"), seen);
        producer.offer(1, payload, 0, 8);
        next.controlledPoll(
            (type, buffer, offset, length, again) -> {
              assertFalse(again);
              seen.add("new " + buffer.getLong(offset));
              return ControlledRecordHandler.Action.CONTINUE;
            },
            100);
        assertEquals(List.of("again 2", "again 3", "new 4"), seen);
      }
    }
  }

  private static List<String> marked(Consumer consumer, int limit) {
    List<String> seen = new ArrayList<>();
    consumer.controlledPoll(
        (type, buffer, offset, length, again) -> {
          seen.add((again ? "again " : "new ") + buffer.getLong(offset));
          return ControlledRecordHandler.Action.CONTINUE;
        },
        limit);
    return seen;
  }

  private void offerFour(Producer producer) {
    for (int i = 0; i < 4; i++) {
      payload.putLong(0, i);
      producer.offer(1, payload, 0, 8);
    }
  }

  @Test
  void whatASuccessorDidNotComeToIsMarkedForTheNextOne() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer()) {
      try (Consumer first = ring.addConsumer(KEPT)) {
        offerFour(producer);
        assertEquals(4, read(first, false).size());
      }
      try (Consumer second = ring.addConsumer(KEPT)) {
        assertEquals(List.of("again 0"), marked(second, 1));
        second.acknowledge(0);
      }
      try (Consumer third = ring.addConsumer(KEPT)) {
        assertEquals(List.of("again 1", "again 2", "again 3"), marked(third, 100));
      }
    }
  }

  @Test
  void aSuccessorThatDoesNotAcknowledgeIsToldAllTheSame() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer()) {
      try (Consumer first = ring.addConsumer(KEPT)) {
        offerFour(producer);
        assertEquals(4, read(first, false).size());
      }
      GroupOptions plain = GroupOptions.named("kept").retained();
      try (Consumer second = ring.addConsumer(plain)) {
        assertEquals(List.of("again 0", "again 1"), marked(second, 2));
      }
      try (Consumer third = ring.addConsumer(plain)) {
        assertEquals(List.of("again 2", "again 3"), marked(third, 100));
      }
    }
  }

  @Test
  void aRecordThatSomebodyWroteOverIsDamage() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(KEPT)) {
      offerFour(producer);
      List<Long> seen = read(consumer, false);
      RecordHeader headers = ring.core.memory.records;
      ring.core.memory.data.putLong(headers.index(seen.get(1)), 0);
      assertThrows(DamagedRingException.class, () -> consumer.acknowledge(seen.get(1)));
      consumer.acknowledge(seen.get(0));
      assertEquals(seen.get(1), consumer.position());
    }
  }

  @Test
  void onlyWhatWasReadCanBeDone() {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer plain = ring.addConsumer(GroupOptions.named("plain"));
        Consumer shared = ring.addConsumer(GroupOptions.named("shared").shared());
        Consumer consumer = ring.addConsumer(KEPT)) {
      producer.offer(1, payload, 0, 100);
      long second = producer.offer(1, payload, 0, 100);
      consumer.poll(NOTHING, 1);
      for (long wrong : new long[] {second, -64, Long.MIN_VALUE, 1, 64, Long.MAX_VALUE}) {
        assertThrows(IllegalArgumentException.class, () -> consumer.acknowledge(wrong));
      }
      assertEquals(0, consumer.position());
      assertThrows(IllegalStateException.class, () -> plain.acknowledge(0));
      assertThrows(IllegalStateException.class, () -> shared.acknowledge(0));
      assertThrows(
          IllegalStateException.class,
          () -> consumer.poll((type, buffer, offset, length) -> consumer.acknowledge(0), 1));
      assertThrows(
          IllegalArgumentException.class, () -> GroupOptions.named("g").shared().acknowledged());
    }
  }
}
