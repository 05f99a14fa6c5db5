package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.os.LifeCycle;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a party leaves whose stack ended in the middle of a call; it holds up nobody. */
@Timeout(120)
class ExhaustedStackTest extends LocalParties {
  /** A call that could not say that it ended: enter without exit. */
  private static void leaveInside(Barrier barrier) throws Exception {
    Field life = Barrier.class.getDeclaredField("life");
    life.setAccessible(true);
    ((LifeCycle) life.get(barrier)).enter();
  }

  /** All else is looked at by the superclass: descriptors and mappings are given back. */
  @Test
  void aCallThatCouldNotSayThatItEndedHoldsUpNeitherTheNextNorTheClose() throws Exception {
    List<Barrier> parties = parties(2);
    leaveInside(parties.get(0));
    for (int i = 0; i < 3; i++) {
      FutureTask<Integer> other = inThread(parties.get(1)::await);
      parties.get(0).await();
      other.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }
    parties.get(0).close();
    join(parties.get(1)); // Its place is free.
  }

  /** The state was moved, and the call that wakes failed behind it. */
  @Test
  void aSleeperGoesOnThoughWhoEndedItsGenerationWokeNobody() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).spin(Duration.ZERO);
    FutureTask<Integer> sleeping = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    try (SharedWords shared = SharedWords.of(parties.get(1))) {
      UnsafeBuffer words = shared.words();
      long state;
      do {
        state = words.getLongVolatile(BarrierLayout.STATE_OFFSET);
      } while (!BarrierState.mustWake(state) // It sleeps, or is about to.
          || !words.compareAndSetLong(BarrierLayout.STATE_OFFSET, state, BarrierState.startOf(1)));
    }
    assertEquals(1, sleeping.get(DEADLINE.toSeconds(), TimeUnit.SECONDS));
  }
}
