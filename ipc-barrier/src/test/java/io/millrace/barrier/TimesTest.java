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

/** Every time that can be given means something. */
@Timeout(120)
class TimesTest extends LocalParties {
  @Test
  void everyPublicMethodThatTakesATimeIsTestedHere() {
    assertEquals(
        new TreeSet<>(
            Set.of(
                "Barrier.await(Duration)",
                "Barrier.awaitGeneration(long, Duration)",
                "Barrier.spin(Duration)")),
        Times.methodsThatTakeATime(Barrier.class));
  }

  @Test
  void whoDoesNotWaitIsToldAtOnce() throws Exception {
    List<Barrier> parties = parties(2);
    for (Duration time : Times.AT_ONCE) {
      assertThrows(TimeoutException.class, () -> parties.get(0).await(time));
      parties.get(0).reset();
      long generation = parties.get(0).arrive();
      assertThrows(TimeoutException.class, () -> parties.get(0).awaitGeneration(generation, time));
      parties.get(0).reset();
    }
  }

  @Test
  void whoWaitsForEverGetsWhatComes() throws Exception {
    List<Barrier> parties = parties(2);
    for (Duration time : Times.FOR_EVER) {
      FutureTask<Integer> waiting = inThread(() -> parties.get(0).await(time));
      awaitArrived(parties.get(1), 1);
      parties.get(1).await();
      assertEquals(1, waiting.get(60, TimeUnit.SECONDS));
      FutureTask<Void> both =
          inThread(
              () -> {
                parties.get(0).awaitGeneration(parties.get(0).arrive(), time);
                return null;
              });
      awaitArrived(parties.get(1), 1);
      parties.get(1).await();
      both.get(60, TimeUnit.SECONDS);
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
      assertEquals(1, waiting.get(60, TimeUnit.SECONDS));
    }
    for (Duration time : Times.AT_ONCE) {
      if (time.isNegative()) {
        assertThrows(IllegalArgumentException.class, () -> parties.get(0).spin(time));
      }
    }
  }
}
