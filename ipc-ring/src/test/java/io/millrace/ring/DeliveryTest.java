package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.ControlledRecordHandler.Action;
import io.millrace.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What handlers are told, and what becomes of what they say; for both kinds of groups. */
class DeliveryTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
  private final Producer producer = ring.addProducer();
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);
  private final List<String> seen = new ArrayList<>();

  @AfterEach
  void close() {
    producer.close();
    ring.close();
  }

  private static GroupOptions group(boolean shared) {
    GroupOptions group = GroupOptions.named("all").retained();
    return shared ? group.shared() : group;
  }

  private void offer(int... types) {
    for (int type : types) {
      assertTrue(producer.offer(type, message, 0, 100) > 0);
    }
  }

  private ControlledRecordHandler answering(Action... answers) {
    Deque<Action> rest = new ArrayDeque<>(List.of(answers));
    return (type, buffer, offset, length, redelivered) -> {
      seen.add(type + (redelivered ? " again" : ""));
      return rest.remove();
    };
  }

  /** Writes down what comes, and throws at the first record of type 13. */
  private final class Superstitious implements RecordHandler {
    @Override
    public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
      seen.add("" + type);
      if (type == 13) {
        throw new IllegalStateException("thirteen");
      }
    }

    @Override
    public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
      seen.add(type + " again");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aControlledHandlerDecidesHowToGoOn(boolean shared) {
    try (Consumer consumer = ring.addConsumer(group(shared))) {
      offer(1, 2, 3, 4, 5);
      assertEquals(
          3, consumer.controlledPoll(answering(Action.CONTINUE, Action.COMMIT, Action.BREAK), 10));
      assertEquals(0, consumer.controlledPoll(answering(Action.ABORT), 10));
      assertEquals(0, consumer.controlledPoll(answering(Action.ABORT), 10));
      assertEquals(2, consumer.controlledPoll(answering(Action.CONTINUE, Action.CONTINUE), 10));
      assertEquals(List.of("1", "2", "3", "4", "4 again", "4 again", "5"), seen);
      assertEquals(2, ring.counters().groups().get(0).redeliveries());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRecordWhoseHandlerThrowsComesAgainAndIsMarked(boolean shared) {
    try (Consumer consumer = ring.addConsumer(group(shared))) {
      offer(1, 13, 2);
      IllegalStateException thrown =
          assertThrows(IllegalStateException.class, () -> consumer.poll(new Superstitious(), 10));
      assertEquals("thirteen", thrown.getMessage());
      assertEquals(2, consumer.poll(new Superstitious(), 10));
      assertEquals(List.of("1", "13", "13 again", "2"), seen);
      assertEquals(3, ring.counters().consumers().get(0).records());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatAConsumerLeavesUnhandledIsHandledByTheNext(boolean shared) {
    try (Consumer first = ring.addConsumer(group(shared))) {
      offer(13, 2);
      assertThrows(IllegalStateException.class, () -> first.poll(new Superstitious(), 10));
    }
    try (Consumer second = ring.addConsumer(group(shared))) {
      List<Integer> types = new ArrayList<>();
      Eventually.await(
          "both records",
          DEADLINE,
          () -> {
            second.poll((type, buffer, offset, length) -> types.add(type), 10);
            return types.size() == 2;
          });
      // Of a shared group nobody knows an order between records in different hands.
      assertEquals(List.of(2, 13), types.stream().sorted().toList());
      assertEquals(0, second.poll((type, buffer, offset, length) -> types.add(type), 10));
      assertFalse(second.waitForRecords().isReady());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCommitWakesAProducerThatWaitsForRoomWhileThePollGoesOn(boolean shared)
      throws InterruptedException {
    try (Consumer consumer = ring.addConsumer(group(shared))) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        seen.add("written");
      }
      List<Long> ends = new ArrayList<>();
      Thread writer =
          new Thread(
              () -> {
                try (Producer other = ring.addProducer()) {
                  ends.add(
                      other.offer(
                          2, message, 0, 1000, WaitStrategy.blocking(), DEADLINE.toNanos()));
                }
              });
      writer.start();
      Eventually.await(
          "the writer is about to sleep",
          DEADLINE,
          () -> ring.core.memory.words.spaceWaiters.get() != 0);
      // Most likely it sleeps then. If not, this shows less, and is still right.
      LockSupport.parkNanos(20_000_000);
      consumer.controlledPoll(
          (type, buffer, offset, length, redelivered) -> {
            if (ends.isEmpty() && offset > 2000) {
              join(writer); // Written in the middle of this poll, or never.
            }
            return Action.COMMIT;
          },
          10);
      writer.join();
      assertTrue(ends.get(0) > 0);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(DEADLINE.toMillis());
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
    assertFalse(thread.isAlive(), "the producer sleeps on");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPollThatWaitsReturnsWithTheFirstRecordOrWhenTimeIsOver(boolean shared)
      throws InterruptedException {
    try (Consumer consumer = ring.addConsumer(group(shared))) {
      RecordHandler handler = (type, buffer, offset, length) -> seen.add("" + type);
      WaitStrategy[] strategies = {
        WaitStrategy.spinning(),
        WaitStrategy.blocking(),
        WaitStrategy.spinningThenBlocking(10_000),
        WaitStrategy.idling(new org.agrona.concurrent.BackoffIdleStrategy())
      };
      for (WaitStrategy strategy : strategies) {
        assertEquals(0, consumer.poll(handler, 10, strategy, 1_000_000));
        Thread writer =
            new Thread(
                () -> {
                  try (Producer other = ring.addProducer()) {
                    assertTrue(other.offer(7, message, 0, 8) > 0);
                  }
                });
        writer.start();
        assertEquals(1, consumer.poll(handler, 10, strategy, DEADLINE.toNanos()));
        writer.join();
      }
      assertEquals(List.of("7", "7", "7", "7"), seen);
    }
  }
}
