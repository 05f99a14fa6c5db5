package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record's number is the id of its ring and its position. */
@SuppressWarnings("try") // One leaves before the other comes.
class RecordNumberTest {
  private static final RingOptions SMALL = RingOptions.capacity(1 << 16);

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final UnsafeBuffer payload = new UnsafeBuffer(new byte[200]);

  private static final class Unlucky extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static GroupOptions group(boolean shared) {
    GroupOptions named = GroupOptions.named("all");
    return shared ? named.shared() : named;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void handlersSeeWhereTheirRecordIs(boolean shared) {
    try (Ring ring = Ring.create(SMALL);
        Ring same = Ring.join(ring.descriptors());
        Ring other = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer consumer = same.addConsumer(group(shared))) {
      assertEquals(ring.id(), same.id());
      assertNotEquals(ring.id(), other.id());
      List<Long> expected = new ArrayList<>();
      long position = 0;
      for (int length : new int[] {0, 100, 48, 49, 200}) {
        int index = producer.tryClaim(1, 0);
        producer.abort(index); // Padding is passed over.
        position += 64;
        expected.add(position);
        position = producer.offer(1, payload, 0, length);
      }
      List<Long> seen = new ArrayList<>();
      consumer.poll((type, buffer, offset, length) -> seen.add(consumer.recordPosition()), 10);
      assertEquals(expected, seen);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRecordThatComesAgainHasTheSameNumber(boolean shared) {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer first = ring.addConsumer(group(shared).retained())) {
      producer.offer(1, payload, 0, 1);
      long second = producer.offer(1, payload, 0, 1);
      producer.offer(1, payload, 0, 1);
      first.poll((type, buffer, offset, length) -> {}, 1);
      List<Long> seen = new ArrayList<>();
      RecordHandler unlucky =
          (type, buffer, offset, length) -> {
            seen.add(first.recordPosition());
            throw new Unlucky();
          };
      assertThrows(Unlucky.class, () -> first.poll(unlucky, 1));
      first.controlledPoll(
          (type, buffer, offset, length, redelivered) -> {
            seen.add(first.recordPosition());
            return ControlledRecordHandler.Action.ABORT;
          },
          1);
      first.close();
      try (Consumer next = ring.addConsumer(group(shared).retained())) {
        // A group that is shared does not promise that it comes before the one behind it.
        Set<Long> rest = new HashSet<>();
        Eventually.await(
            "the rest",
            DEADLINE,
            () -> {
              next.poll((type, buffer, offset, length) -> rest.add(next.recordPosition()), 1);
              return rest.size() == 2;
            });
        assertEquals(Set.of(second - 64, second), rest);
      }
      assertEquals(List.of(second - 64, second - 64), seen);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void thereIsNoRecordOutsideAHandler(boolean shared) {
    try (Ring ring = Ring.create(SMALL);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(group(shared))) {
      assertThrows(IllegalStateException.class, consumer::recordPosition);
      producer.offer(1, payload, 0, 1);
      consumer.poll((type, buffer, offset, length) -> {}, 1);
      assertThrows(IllegalStateException.class, consumer::recordPosition);
    }
  }
}
