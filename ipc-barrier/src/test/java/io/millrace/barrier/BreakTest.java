package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What breaks a barrier, and how it is mended, with several parties in one process. */
@Timeout(120)
class BreakTest extends LocalParties {
  @Test
  void anActionThatFailsBreaksTheBarrierAndItsExceptionComesOut() throws Exception {
    List<Barrier> parties = parties(2);
    FutureTask<Integer> other = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    parties
        .get(1)
        .onCrossing(
            () -> {
              throw new ArithmeticException("on purpose");
            });
    assertThrows(ArithmeticException.class, parties.get(1)::await);
    assertTrue(failure(BrokenBarrierException.class, other).getMessage().contains("action"));
    assertTrue(parties.get(1).isBroken());
  }

  @Test
  void aPartyThatArrivedTwiceByMistakeStillLearnsThatItsGenerationBroke() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).arrive();
    parties.get(1).await();
    parties.get(0).awaitGeneration(0);
    long generation = parties.get(0).arrive();
    assertThrows(IllegalStateException.class, parties.get(0)::arrive);
    parties.get(1).reset();
    assertThrows(BrokenBarrierException.class, () -> parties.get(0).awaitGeneration(generation));
  }

  @Test
  void aTimeoutBreaksTheBarrierAndNamesThoseWhoDidNotCome() throws Exception {
    List<Barrier> parties = parties(3);
    FutureTask<Integer> other = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    TimeoutException timeout =
        assertThrows(TimeoutException.class, () -> parties.get(1).await(Duration.ofMillis(20)));
    assertTrue(timeout.getMessage().contains("party 2"), timeout.getMessage());
    failure(BrokenBarrierException.class, other);
    assertThrows(BrokenBarrierException.class, parties.get(2)::await);
  }

  @Test
  void aTimeoutOfZeroStillArrivesAndTheLastDoesNotNeedTime() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).arrive();
    assertEquals(0, parties.get(1).await(Duration.ofSeconds(0)));
    assertThrows(TimeoutException.class, () -> parties.get(1).await(Duration.ofSeconds(0)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3_000_000_000_000L})
  void anInterruptBreaksTheBarrierForAll(long spinNanos) throws Exception {
    List<Barrier> parties = parties(3);
    parties.forEach(party -> party.spin(Duration.ofNanos(spinNanos)));
    FutureTask<Integer> other = inThread(parties.get(0)::await);
    FutureTask<Integer> interrupted = new FutureTask<>(parties.get(1)::await);
    Thread thread = new Thread(interrupted);
    thread.start();
    awaitArrived(parties.get(2), 2);
    thread.interrupt();
    failure(InterruptedException.class, interrupted);
    assertTrue(failure(BrokenBarrierException.class, other).getMessage().contains("interrupted"));
  }

  @Test
  void whoComesInterruptedBreaksTheBarrierToo() throws Exception {
    List<Barrier> parties = parties(2);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, parties.get(0)::await);
    assertFalse(Thread.currentThread().isInterrupted());
    assertThrows(BrokenBarrierException.class, parties.get(1)::await);
  }

  @Test
  void interruptsAreNoticedInEverySleep() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).spin(Duration.ZERO);
    for (int i = 0; i < 50; i++) {
      FutureTask<Integer> sleeper = new FutureTask<>(parties.get(0)::await);
      Thread thread = new Thread(sleeper);
      thread.start();
      awaitArrived(parties.get(1), 1);
      thread.interrupt();
      failure(InterruptedException.class, sleeper);
      parties.get(1).reset();
    }
  }

  @Test
  void resetBreaksWhoeverWaitsAndStartsAnew() throws Exception {
    List<Barrier> parties = parties(3);
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    parties.get(1).reset();
    failure(BrokenBarrierException.class, waiting);
    assertFalse(parties.get(1).isBroken());
    assertEquals(0, parties.get(1).arrived());
    List<FutureTask<Integer>> all = new ArrayList<>();
    for (Barrier party : parties) {
      all.add(inThread(party::await));
    }
    for (FutureTask<Integer> party : all) {
      party.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aPartyThatLooksLongAfterSeveralResetsStillLearnsWhatBecameOfItsGeneration()
      throws Exception {
    List<Barrier> parties = parties(2);
    long broken = parties.get(0).arrive();
    for (int i = 0; i < 5; i++) {
      parties.get(1).reset();
    }
    assertThrows(BrokenBarrierException.class, () -> parties.get(0).awaitGeneration(broken));
    long complete = parties.get(0).arrive();
    parties.get(1).await();
    for (int i = 0; i < 5; i++) {
      parties.get(1).reset();
    }
    parties.get(0).awaitGeneration(complete);
  }

  @Test
  void allSurvivorsMayResetAndOnlyTheFirstResetCounts() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).arrive();
    assertThrows(
        TimeoutException.class, () -> parties.get(0).awaitGeneration(0, Duration.ofMillis(1)));
    assertThrows(BrokenBarrierException.class, parties.get(1)::await);
    parties.get(0).reset();
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    parties.get(1).reset();
    assertEquals(0, parties.get(1).await());
    assertEquals(1, waiting.get());
  }

  @Test
  void aPartyThatIsClosedBreaksTheBarrierForTheOthersAndIsNamed() throws Exception {
    List<Barrier> parties = parties(2);
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(0), 1);
    parties.get(1).close();
    String message = failure(BrokenBarrierException.class, waiting).getMessage();
    assertTrue(message.contains("pid " + ProcessHandle.current().pid()), message);
    assertTrue(message.contains("left"), message);
  }

  @Test
  void closingAPartyEndsItsOwnWaitWithAnException() throws Exception {
    for (int i = 0; i < 50; i++) {
      List<Barrier> parties = parties(2);
      parties.get(0).spin(Duration.ofNanos(i % 2 * 20_000));
      FutureTask<Integer> waiting = inThread(parties.get(0)::await);
      awaitArrived(parties.get(1), 1);
      parties.get(0).close();
      failure(IllegalStateException.class, waiting);
      parties.get(1).close();
    }
  }

  /** As if a party were stopped in the middle of its reset; an interrupt must not make it spin. */
  @Test
  void aResetBesideAPartyThatIsStoppedInItsOwnEndsWithASentence() throws Exception {
    Barrier party = parties(2).get(0);
    assertThrows(TimeoutException.class, () -> party.await(Duration.ofSeconds(0)));
    try (BarrierRegion stopped = BarrierRegion.open(party.descriptors())) {
      Places places = new Places(stopped.words(), 2, stopped.own());
      assertTrue(places.tryLockRepair());
      FutureTask<Void> reset =
          inThread(
              () -> {
                Thread.currentThread().interrupt();
                party.reset();
                return null;
              });
      String message = failure(IllegalStateException.class, reset).getMessage();
      assertTrue(message.contains("resume or kill"), message);
      places.unlockRepair();
    }
    party.reset();
    assertFalse(party.isBroken());
  }

  @Test
  void onlyOnePartyAtATimeRepairsWhatIsBroken() throws Exception {
    Barrier party = parties(2).get(0);
    assertThrows(TimeoutException.class, () -> party.await(Duration.ofSeconds(0)));
    try (BarrierRegion slow = BarrierRegion.open(party.descriptors());
        BarrierRegion fast = BarrierRegion.open(party.descriptors())) {
      Places slowOnes = new Places(slow.words(), 2, slow.own());
      Places fastOnes = new Places(fast.words(), 2, fast.own());
      StateWord stateWord = new StateWord(fast.words(), fastOnes, () -> {});
      long broken = stateWord.state();
      assertTrue(slowOnes.tryLockRepair());
      assertFalse(stateWord.tryRepair(broken, 1));
      assertEquals(broken, stateWord.state());
      slowOnes.unlockRepair();
      assertTrue(stateWord.tryRepair(broken, 1));
      assertFalse(BarrierState.isBroken(stateWord.state()));
    }
  }
}
