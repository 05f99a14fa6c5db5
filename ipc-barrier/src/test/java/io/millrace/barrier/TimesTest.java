package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.testkit.Times;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every time that can be given means something. */
@Timeout(120)
class TimesTest extends LocalParties {
  private static final List<Long> NO_TIME = List.of(0L, -1L, Long.MIN_VALUE + 1, Long.MIN_VALUE);

  @Test
  void everyPublicMethodThatTakesATimeIsTestedHere() {
    assertEquals(
        new TreeSet<>(
            Set.of(
                "Barrier.await(long, TimeUnit)",
                "Barrier.awaitGeneration(long, long, TimeUnit)",
                "Barrier.spin(Duration)")),
        Times.methodsThatTakeATime(Barrier.class));
  }

  @ParameterizedTest
  @EnumSource(TimeUnit.class)
  void whoDoesNotWaitIsToldAtOnce(TimeUnit unit) throws Exception {
    List<Barrier> parties = parties(2);
    for (long time : NO_TIME) {
      assertThrows(TimeoutException.class, () -> parties.get(0).await(time, unit));
      parties.get(0).reset();
      long generation = parties.get(0).arrive();
      assertThrows(
          TimeoutException.class, () -> parties.get(0).awaitGeneration(generation, time, unit));
      parties.get(0).reset();
    }
  }

  @ParameterizedTest
  @EnumSource(TimeUnit.class)
  void whoWaitsForEverGetsWhatComes(TimeUnit unit) throws Exception {
    List<Barrier> parties = parties(2);
    for (long time : List.of(Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE / 2)) {
      FutureTask<Integer> waiting = inThread(() -> parties.get(0).await(time, unit));
      awaitArrived(parties.get(1), 1);
      parties.get(1).await();
      assertEquals(1, waiting.get(30, TimeUnit.SECONDS));
      FutureTask<Void> both =
          inThread(
              () -> {
                parties.get(0).awaitGeneration(parties.get(0).arrive(), time, unit);
                return null;
              });
      awaitArrived(parties.get(1), 1);
      parties.get(1).await();
      both.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aPartySpinsForEverAndANegativeTimeToSpinIsRefused() throws Exception {
    List<Barrier> parties = parties(2);
    for (Duration time : Times.FOR_EVER) {
      parties.get(0).spin(time);
      FutureTask<Integer> waiting = inThread(parties.get(0)::await);
      awaitArrived(parties.get(1), 1);
      parties.get(1).await();
      assertEquals(1, waiting.get(30, TimeUnit.SECONDS));
    }
    for (Duration time : Times.AT_ONCE) {
      if (time.isNegative()) {
        assertThrows(IllegalArgumentException.class, () -> parties.get(0).spin(time));
      }
    }
  }
}
