package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parties on virtual threads. */
@Timeout(120)
class VirtualPartyTest extends LocalParties {
  /** What all sleeps of virtual threads share is made with the first and stays. */
  @BeforeAll
  static void sleepOnce() {
    while (Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().equals("millrace-virtual-sleepers"))) {
      try (Barrier party = Barrier.create(2).spin(Duration.ZERO)) {
        assertThrows(
            Exception.class, inVirtualThread(() -> party.await(Duration.ofMillis(1)))::get);
      }
    }
  }

  private static <T> FutureTask<T> inVirtualThread(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }

  @Test
  void morePartiesThanCarriersMeetBecauseWhoWaitsLeavesItsCarrier() throws Exception {
    List<Barrier> parties = parties(4 * Runtime.getRuntime().availableProcessors());
    for (int generation = 0; generation < 20; generation++) {
      List<FutureTask<Integer>> all = new ArrayList<>();
      for (Barrier party : parties) {
        all.add(inVirtualThread(party.spin(Duration.ZERO)::await));
      }
      for (FutureTask<Integer> each : all) {
        each.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void anInterruptBreaksTheBarrierAndACloseEndsTheWait() throws Exception {
    List<Barrier> parties = parties(2);
    parties.get(0).spin(Duration.ZERO);
    for (int i = 0; i < 50; i++) {
      FutureTask<Integer> waiting = new FutureTask<>(parties.get(0)::await);
      Thread thread = Thread.ofVirtual().start(waiting);
      awaitArrived(parties.get(1), 1);
      thread.interrupt();
      failure(InterruptedException.class, waiting);
      assertThrows(BrokenBarrierException.class, parties.get(1)::arrive);
      parties.get(1).reset();
    }
    FutureTask<Integer> waiting = inVirtualThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    parties.get(0).close();
    failure(ClosedException.class, waiting);
    assertTrue(parties.get(1).isBroken());
  }
}
