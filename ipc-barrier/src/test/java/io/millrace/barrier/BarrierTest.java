package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Memfd;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a barrier promises, with several parties in one process. */
@Timeout(60)
class BarrierTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private java.util.Map<Integer, String> before;
  private final List<Barrier> open = new ArrayList<>();

  @BeforeEach
  void countDescriptors() {
    before = OpenDescriptors.now();
  }

  @AfterEach
  void leavesNothingBehind() {
    open.forEach(Barrier::close);
    assertEquals(before, OpenDescriptors.now());
    assertEquals(0, OpenDescriptors.mappings("millrace-barrier"));
  }

  private List<Barrier> parties(int count) {
    Barrier first = Barrier.create(count);
    open.add(first);
    List<Barrier> all = new ArrayList<>(List.of(first));
    while (all.size() < count) {
      all.add(join(first));
    }
    return all;
  }

  private Barrier join(Barrier other) {
    Barrier joined = Barrier.join(other.descriptors());
    open.add(joined);
    return joined;
  }

  private static <T> FutureTask<T> inThread(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task, "party").start();
    return task;
  }

  private static <T extends Throwable> T failure(Class<T> type, FutureTask<?> task) {
    Throwable cause =
        assertThrows(ExecutionException.class, () -> task.get(30, TimeUnit.SECONDS)).getCause();
    return assertInstanceOf(type, cause);
  }

  /** Until so many parties have arrived; those who spin not at all are about to sleep then. */
  private static void awaitArrived(Barrier barrier, int count) {
    Eventually.await(count + " arrived", DEADLINE, () -> barrier.arrived() == count);
  }

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
        assertThrows(TimeoutException.class, () -> parties.get(1).await(20, TimeUnit.MILLISECONDS));
    assertTrue(timeout.getMessage().contains("party 2"), timeout.getMessage());
    failure(BrokenBarrierException.class, other);
    assertThrows(BrokenBarrierException.class, parties.get(2)::await);
  }

  @Test
  void aTimeoutOfZeroStillArrivesAndTheLastDoesNotNeedTime() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).arrive();
    assertEquals(0, parties.get(1).await(0, TimeUnit.SECONDS));
    assertThrows(TimeoutException.class, () -> parties.get(1).await(0, TimeUnit.SECONDS));
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
        TimeoutException.class, () -> parties.get(0).awaitGeneration(0, 1, TimeUnit.MILLISECONDS));
    assertThrows(BrokenBarrierException.class, parties.get(1)::await);
    parties.get(0).reset();
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    parties.get(1).reset();
    assertEquals(0, parties.get(1).await());
    assertEquals(1, waiting.get());
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

  @Test
  void aPartyOfTwoThreadsAtOnceIsRefused() throws Exception {
    List<Barrier> parties = parties(2);
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    assertThrows(IllegalStateException.class, parties.get(0)::await);
    parties.get(1).await();
    waiting.get();
  }

  @Test
  void useAfterCloseIsAnException() {
    Barrier closed = parties(1).get(0);
    closed.close();
    closed.close();
    assertThrows(IllegalStateException.class, closed::await);
    assertThrows(IllegalStateException.class, closed::arrive);
    assertThrows(IllegalStateException.class, closed::generation);
    assertThrows(IllegalStateException.class, closed::isBroken);
    assertThrows(IllegalStateException.class, closed::reset);
    assertThrows(IllegalStateException.class, closed::descriptors);
    assertTrue(closed.toString().contains("closed"));
  }

  @Test
  void moreJoinersThanPartiesAreRefusedWithTheOwnersOfThePlaces() {
    Barrier full = parties(2).get(0);
    String message =
        assertThrows(IllegalStateException.class, () -> Barrier.join(full.descriptors()))
            .getMessage();
    assertTrue(message.contains("all 2 places"), message);
    assertTrue(message.contains("pid " + ProcessHandle.current().pid()), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 256, Integer.MAX_VALUE})
  void aNumberOfPartiesOutOfRangeIsRefused(int parties) {
    assertThrows(IllegalArgumentException.class, () -> Barrier.create(parties));
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
  void foreignDescriptorsAreRefused() {
    try (Descriptor memory = Memfd.create("foreign", 4096);
        EventFd event = EventFd.create()) {
      int number = memory.number();
      int eventNumber = event.descriptor().number();
      Barrier real = parties(1).get(0);
      int realMemory = real.descriptors()[0];
      assertThrows(IllegalArgumentException.class, () -> Barrier.join(number));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(number, eventNumber));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(realMemory, realMemory));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(eventNumber, eventNumber));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(realMemory, 99_999));
    }
  }

  @Test
  void anApplicationsOwnPollLoopIsToldOfTheEndOfAGeneration() throws Exception {
    List<Barrier> parties = parties(2);
    try (io.millrace.os.Epoll loop = new io.millrace.os.Epoll()) {
      loop.add(parties.get(0).descriptor(), io.millrace.os.Epoll.IN, 1);
      for (int i = 0; i < 20; i++) {
        long generation = parties.get(0).arrive();
        assertTrue(parties.get(0).prepareWait(generation));
        assertEquals(0, loop.await(0));
        FutureTask<Integer> other = inThread(parties.get(1)::await);
        while (parties.get(0).prepareWait(generation)) {
          loop.await(io.millrace.os.Epoll.FOREVER);
        }
        other.get();
        parties.get(0).cancelWait();
        assertEquals(0, loop.await(0));
      }
    }
  }
}
