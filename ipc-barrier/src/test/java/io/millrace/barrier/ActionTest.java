package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/**
 * What the action of a barrier may do with the party that runs it, and what others do meanwhile.
 */
@Timeout(120)
class ActionTest extends LocalParties {
  private static List<Executable> whatMakesNoSense(Barrier party) {
    return List.of(
        party::await,
        () -> party.await(Duration.ofSeconds(0)),
        party::arrive,
        party::reset,
        party::leave,
        party::close);
  }

  @Test
  void anActionCannotArriveResetLeaveOrCloseAndTheBarrierStaysAsItWas() throws Exception {
    List<Barrier> parties = parties(2);
    Barrier party = parties.get(0);
    for (Executable each : whatMakesNoSense(party)) {
      party.onCrossing(() -> assertThrows(IllegalStateException.class, each));
      long generation = parties.get(1).arrive();
      assertEquals(0, party.await());
      parties.get(1).awaitGeneration(generation);
      assertEquals(generation + 1, party.generation());
      assertFalse(party.isBroken());
    }
  }

  @Test
  void whatIsRefusedAnActionBreaksTheBarrierIfItDoesNotCatchIt() throws Exception {
    Barrier party = parties(1).get(0);
    for (Executable each : whatMakesNoSense(party)) {
      party.onCrossing(
          () -> {
            try {
              each.execute();
            } catch (RuntimeException refused) {
              throw refused;
            } catch (Throwable unexpected) {
              throw new AssertionError(unexpected);
            }
          });
      assertThrows(IllegalStateException.class, party::await);
      assertTrue(party.isBroken());
      party.reset();
    }
    party.onCrossing(() -> {});
    assertEquals(0, party.await());
  }

  @Test
  void anActionMayLookAndSetWhatItLikes() throws Exception {
    Barrier party = parties(1).get(0);
    AtomicInteger runs = new AtomicInteger();
    party.onCrossing(
        () -> {
          assertEquals(runs.getAndIncrement(), party.generation());
          assertEquals(0, party.arrived());
          assertFalse(party.isBroken());
          party.spin(Duration.ZERO).cancelWait();
          party.toString();
          party.descriptor();
        });
    party.await();
    party.arrive();
    assertEquals(2, runs.get());
  }

  /** The action has called its party before, which must not count as having left it. */
  @Test
  void nothingIsReleasedUnderAnActionWhenAnotherThreadCloses() throws Exception {
    List<Barrier> parties = parties(2);
    Barrier party = parties.get(0);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    party.onCrossing(
        () -> {
          party.spin(Duration.ofNanos(10_000));
          inside.countDown();
          try {
            closed.await();
          } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
          }
        });
    long generation = parties.get(1).arrive();
    FutureTask<Integer> acting = inThread(party::await);
    inside.await();
    party.close();
    String taken =
        assertThrows(IllegalStateException.class, () -> Barrier.join(parties.get(1).descriptors()))
            .getMessage();
    assertTrue(taken.contains("taken"), taken); // Until its thread is out.
    closed.countDown();
    failure(ClosedException.class, acting);
    assertThrows(BrokenBarrierException.class, () -> parties.get(1).awaitGeneration(generation));
    join(parties.get(1));
  }

  @Test
  void anActionWhoseGenerationIsResetMeanwhileCountsForNoOther() throws Exception {
    List<Barrier> parties = parties(2);
    AtomicInteger runs = new AtomicInteger();
    parties
        .get(0)
        .onCrossing(
            () -> {
              if (runs.getAndIncrement() == 0) {
                parties.get(1).reset();
              }
            });
    parties.get(1).arrive();
    assertThrows(BrokenBarrierException.class, parties.get(0)::await);
    assertEquals(1, runs.get());
    assertEquals(1, parties.get(0).generation());
    assertEquals(0, parties.get(0).arrived());
    parties.get(1).arrive();
    assertEquals(0, parties.get(0).await());
    assertEquals(2, runs.get());
  }

  /** As a lambda of another language, or one that is careless with generics, can. */
  @Test
  void anActionThatThrowsACheckedExceptionBreaksTheBarrierToo() {
    Barrier party = parties(1).get(0);
    party.onCrossing(() -> ActionTest.<RuntimeException>throwAsIs(new IOException("on purpose")));
    assertThrows(IOException.class, party::await);
    assertTrue(party.isBroken());
    assertThrows(BrokenBarrierException.class, party::await);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwAsIs(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
