package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Deadline;
import io.millrace.os.Epoll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a barrier promises, with several parties in one process. */
@Timeout(120)
class BarrierTest extends LocalParties {
  @ParameterizedTest
  @ValueSource(longs = {0, 1_000, 20_000, 3_000_000_000_000L})
  void nobodyIsEverMoreThanOneGenerationAhead(long spinNanos) throws Exception {
    int generations = spinNanos == 0 ? 3_000 : 10_000;
    List<Barrier> parties = parties(3);
    AtomicLongArray reached = new AtomicLongArray(3);
    List<FutureTask<Void>> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int me = i;
      threads.add(
          inThread(
              () -> {
                parties.get(me).spin(Duration.ofNanos(spinNanos));
                for (long g = 1; g <= generations; g++) {
                  reached.set(me, g);
                  parties.get(me).await();
                  for (int other = 0; other < 3; other++) {
                    long there = reached.get(other);
                    assertTrue(there == g || there == g + 1, g + " saw " + there);
                  }
                }
                return null;
              }));
    }
    for (FutureTask<Void> thread : threads) {
      thread.get(60, TimeUnit.SECONDS);
    }
    assertEquals(generations, parties.get(0).generation());
    assertEquals(0, parties.get(0).arrived());
  }

  @Test
  void eachArrivalIndexIsGivenOnceInEachGeneration() throws Exception {
    int count = 5;
    List<Barrier> parties = parties(count);
    for (int generation = 0; generation < 20; generation++) {
      List<FutureTask<Integer>> threads = new ArrayList<>();
      for (Barrier party : parties) {
        threads.add(inThread(party::await));
      }
      BitSet indices = new BitSet();
      for (FutureTask<Integer> thread : threads) {
        indices.set(thread.get(30, TimeUnit.SECONDS));
      }
      assertEquals(count, indices.cardinality());
      assertEquals(count, indices.length());
    }
  }

  @Test
  void theFirstOfThreeToArriveGetsIndexTwoAndTheLastGetsZero() throws Exception {
    List<Barrier> parties = parties(3);
    FutureTask<Integer> first = inThread(parties.get(0)::await);
    awaitArrived(parties.get(2), 1);
    FutureTask<Integer> second = inThread(parties.get(1)::await);
    awaitArrived(parties.get(2), 2);
    assertEquals(0, parties.get(2).await());
    assertEquals(2, first.get());
    assertEquals(1, second.get());
  }

  @Test
  void aBarrierOfOnePartyNeverWaits() throws Exception {
    Barrier alone = parties(1).get(0);
    for (int i = 0; i < 10; i++) {
      assertEquals(0, alone.await());
      assertEquals(i + 1, alone.generation());
    }
  }

  @Test
  void theLastToArriveRunsTheActionOnceBeforeAnybodyGoesOn() throws Exception {
    List<Barrier> parties = parties(2);
    AtomicInteger runs = new AtomicInteger();
    parties.forEach(party -> party.onCrossing(runs::incrementAndGet));
    for (int i = 1; i <= 500; i++) {
      int expected = i;
      FutureTask<Integer> other =
          inThread(
              () -> {
                parties.get(0).await();
                return runs.get();
              });
      parties.get(1).await();
      assertEquals(expected, runs.get());
      assertEquals(expected, other.get());
    }
  }

  @Test
  void arrivingAndWaitingCanBeDoneApart() throws Exception {
    List<Barrier> parties = parties(2);
    long generation = parties.get(0).arrive();
    assertEquals(0, generation);
    assertEquals(1, parties.get(1).arrived());
    assertThrows(IllegalStateException.class, parties.get(0)::arrive);
    assertEquals(0, parties.get(1).await());
    parties.get(0).awaitGeneration(generation);
    assertEquals(1, parties.get(0).arrive());
    assertThrows(IllegalArgumentException.class, () -> parties.get(0).awaitGeneration(0));
    assertThrows(IllegalArgumentException.class, () -> parties.get(1).awaitGeneration(7));
  }

  @Test
  void aPartyThatLeavesInGoodOrderBreaksNothingAndIsReplaced() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(1).leave();
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(0), 1);
    Barrier successor = join(parties.get(0));
    assertEquals(0, successor.await());
    assertEquals(1, waiting.get());
  }

  @Test
  void aPartyCannotLeaveInGoodOrderBetweenItsArrivalAndTheEnd() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).arrive();
    assertThrows(IllegalStateException.class, parties.get(0)::leave);
    parties.get(1).await();
    parties.get(0).leave();
  }

  @Test
  void theLargestBarrierCrosses() throws Exception {
    List<Barrier> parties = parties(Barrier.MAX_PARTIES);
    AtomicLong sum = new AtomicLong();
    List<FutureTask<Void>> threads = new ArrayList<>();
    for (Barrier party : parties) {
      threads.add(
          inThread(
              () -> {
                for (int i = 0; i < 10; i++) {
                  sum.addAndGet(party.await());
                }
                return null;
              }));
    }
    for (FutureTask<Void> thread : threads) {
      thread.get(60, TimeUnit.SECONDS);
    }
    assertEquals(10L * Barrier.MAX_PARTIES * (Barrier.MAX_PARTIES - 1) / 2, sum.get());
  }

  @Test
  void anApplicationsOwnPollLoopIsToldOfTheEndOfAGeneration() throws Exception {
    List<Barrier> parties = parties(2);
    try (Epoll loop = new Epoll()) {
      loop.add(parties.get(0).descriptor(), Epoll.IN, 1);
      for (int i = 0; i < 20; i++) {
        long generation = parties.get(0).arrive();
        assertTrue(parties.get(0).prepareWait(generation));
        assertEquals(0, loop.await(0));
        FutureTask<Integer> other = inThread(parties.get(1)::await);
        long deadline = Deadline.after(LocalParties.DEADLINE);
        while (parties.get(0).prepareWait(generation)) {
          loop.await(Deadline.millisLeft(deadline));
          assertTrue(Deadline.nanosLeft(deadline) > 0, "nobody woke it");
        }
        other.get();
        parties.get(0).cancelWait();
        assertEquals(0, loop.await(0));
      }
    }
  }
}
