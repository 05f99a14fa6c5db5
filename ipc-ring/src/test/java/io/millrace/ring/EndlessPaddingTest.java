package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testkit.ChildProcess;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Claims that are given up make nothing to deliver: a poll ends all the same. */
@Timeout(120)
class EndlessPaddingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Gives up one claim more for each that a consumer has passed. */
  public static final class GivingUp implements java.util.function.Consumer<Steps.Step> {
    private static volatile Producer producer;

    /** Made by its name. */
    public GivingUp() {}

    @Override
    public void accept(Steps.Step step) {
      Producer one = producer;
      if (one != null && (step == Steps.Step.CURSOR_STORED || step == Steps.Step.RECORD_RELEASED)) {
        giveUp(one);
      }
    }

    static void giveUp(Producer one) {
      int index = one.tryClaim(1, 8);
      if (index >= 0) {
        one.abort(index);
      }
    }
  }

  /** A consumer beside which a claim is given up for each that it passes. */
  static final class Polling {
    public static void main(String[] arguments) {
      GroupOptions group = GroupOptions.named("g");
      RecordHandler counting = (type, buffer, offset, length) -> {};
      try (Ring ring = Ring.create(RingOptions.capacity(1 << 16).maxWaiters(1));
          Consumer consumer =
              ring.addConsumer(arguments[0].equals("shared") ? group.shared() : group);
          Producer producer = ring.addProducer()) {
        GivingUp.giveUp(producer);
        GivingUp.producer = producer;
        int count =
            arguments[0].equals("controlled")
                ? consumer.controlledPoll(
                    (type, buffer, offset, length, again) ->
                        ControlledRecordHandler.Action.CONTINUE,
                    10)
                : consumer.poll(counting, 10);
        GivingUp.producer = null;
        producer.offer(1, new UnsafeBuffer(new byte[8]), 0, 8);
        System.out.println("polled " + count + " " + consumer.poll(counting, 10));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exclusive", "controlled", "shared"})
  void aPollEndsWhereAllThatWasThereWhenItBeganWasRead(String kind) {
    try (ChildProcess child =
        ChildProcess.startUnder(
            List.of(),
            List.of("-Dio.millrace.ring.steps=" + GivingUp.class.getName()),
            Polling.class,
            kind)) {
      assertEquals("0 1", child.expectLine("polled ", DEADLINE));
      assertEquals(0, child.awaitExit(DEADLINE));
    }
  }
}
