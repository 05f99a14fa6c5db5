package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.os.Mapping;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Another thread closes a party, and a survivor resets the barrier, before each access of a
 * crossing to shared memory. The party's thread is told of the close and of nothing else, and
 * counts nowhere.
 */
@Timeout(120)
class CloseAtEachStepTest extends LocalParties {
  /** Does something else, in another thread, before the n-th access of the thread that made it. */
  private static final class InterruptedWords extends UnsafeBuffer {
    private final Thread mine = Thread.currentThread();
    private int left;
    private Runnable somethingElse = () -> {};

    InterruptedWords(Mapping mapping) {
      super(mapping.address(), (int) mapping.length());
    }

    void before(int access, Runnable newSomethingElse) {
      left = access;
      somethingElse = newSomethingElse;
    }

    private void access() {
      if (Thread.currentThread() == mine && --left == 0) {
        Thread other = new Thread(somethingElse);
        other.start();
        try {
          other.join();
        } catch (InterruptedException unexpected) {
          throw new AssertionError(unexpected);
        }
      }
    }

    @Override
    public long getLongVolatile(int index) {
      access();
      return super.getLongVolatile(index);
    }

    @Override
    public void putLongVolatile(int index, long value) {
      access();
      super.putLongVolatile(index, value);
    }

    @Override
    public void putLongRelease(int index, long value) {
      access();
      super.putLongRelease(index, value);
    }

    @Override
    public boolean compareAndSetLong(int index, long expected, long update) {
      access();
      return super.compareAndSetLong(index, expected, update);
    }

    @Override
    public long compareAndExchangeLong(int index, long expected, long update) {
      access();
      return super.compareAndExchangeLong(index, expected, update);
    }
  }

  private interface Crossing {
    void cross(Barrier party) throws Exception;
  }

  /** Returns whether the crossing came as far as that access. */
  private boolean closeBefore(int access, boolean isLast, boolean withReset, Crossing crossing)
      throws Exception {
    try (Barrier other = Barrier.create(2)) {
      if (isLast) {
        other.arrive();
      }
      int[] descriptors = other.descriptors();
      InterruptedWords[] words = new InterruptedWords[1];
      Barrier party =
          Barrier.joinIn(
              new BarrierRegion(
                  descriptors[0], descriptors[1], m -> words[0] = new InterruptedWords(m)));
      party.spin(Duration.ZERO);
      boolean[] reached = {false};
      words[0].before(
          access,
          () -> {
            reached[0] = true;
            party.close();
            if (withReset) {
              other.reset();
            }
          });
      try {
        crossing.cross(party);
        assertTrue(isLast, "nobody else has arrived");
      } catch (TimeoutException late) {
        assertTrue(!isLast);
      } catch (ClosedException closed) {
        assertTrue(reached[0]);
      }
      words[0].before(0, () -> {});
      if (reached[0] && withReset) {
        assertEquals(0, other.arrived(), "one that has left has arrived");
      }
      party.close();
      return reached[0];
    }
  }

  private void closeBeforeEachAccess(boolean isLast, Crossing crossing) throws Exception {
    for (boolean withReset : new boolean[] {false, true}) {
      int access = 1;
      while (closeBefore(access, isLast, withReset, crossing)) {
        access++;
      }
      assertTrue(access > 3, access + " accesses");
    }
  }

  @Test
  void whoWaitsIsToldOfTheCloseAndOfNoBreak() throws Exception {
    closeBeforeEachAccess(false, party -> party.await(Duration.ofSeconds(0)));
  }

  @Test
  void whoComesLastIsToldOfTheCloseOrHasCompletedTheGeneration() throws Exception {
    closeBeforeEachAccess(true, Barrier::await);
    closeBeforeEachAccess(true, party -> party.onCrossing(() -> {}).await());
  }

  @Test
  void inTwoStepsItIsTheSame() throws Exception {
    Crossing inTwoSteps =
        party -> {
          long generation = party.arrive();
          party.prepareWait(generation);
          party.awaitGeneration(generation, Duration.ofSeconds(0));
        };
    closeBeforeEachAccess(false, inTwoSteps);
    closeBeforeEachAccess(true, inTwoSteps);
  }
}
