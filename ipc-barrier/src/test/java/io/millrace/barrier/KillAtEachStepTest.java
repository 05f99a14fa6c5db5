package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A party is killed at each of its accesses to the shared words, through joining, crossing, timing
 * out, resetting and leaving. The two others never get stuck, see each generation whole, and go on
 * with a successor.
 *
 * <p>A step is one process, so by default every eighth one is done, others in each run; the system
 * property {@code millrace.barrier.everyStep} asks for all.
 */
@Timeout(600)
class KillAtEachStepTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int STRIDE = Boolean.getBoolean("millrace.barrier.everyStep") ? 1 : 8;
  private static final int STARTED_AHEAD = 2;

  @TempDir Path directory;

  @Test
  void aPartyKilledAtAnyStepNeverStopsTheOthers() throws Exception {
    Queue<ChildProcess> ahead = new ArrayDeque<>();
    List<ChildProcess> all = new ArrayList<>();
    try (Registry registry = Registry.open(directory.resolve("registry"))) {
      int first = 1 + (int) (System.nanoTime() / 1000 % STRIDE);
      int next = first;
      boolean survived = false;
      for (int step = first; !survived; step += STRIDE) {
        while (ahead.size() < STARTED_AHEAD) {
          ahead.add(victim(registry, next));
          all.add(ahead.peek());
          next += STRIDE;
        }
        survived = killAt(registry, step, ahead.remove());
        assertTrue(step < 1_000, "the victim never gets to its end");
      }
    } finally {
      all.forEach(ChildProcess::close);
      ahead.forEach(ChildProcess::close);
    }
  }

  private static ChildProcess victim(Registry registry, int step) {
    return ChildProcess.start(
        VictimProcess.class,
        registry.root().toString(),
        "step" + step,
        String.valueOf((step + 1) / 2),
        step % 2 == 0 ? "before" : "after");
  }

  /** Tells whether the victim came through. */
  private boolean killAt(Registry registry, int step, ChildProcess victim) throws Exception {
    try (Barrier first = Barrier.create(3).spin(Duration.ZERO);
        Barrier second = Barrier.join(first.descriptors()).spin(Duration.ZERO)) {
      ServiceSpec spec =
          ServiceSpec.named("step" + step)
              .capabilities(Capabilities.none())
              .descriptor(first.descriptors()[0], DescriptorKind.MEMORY)
              .descriptor(first.descriptors()[1], DescriptorKind.EVENT);
      try (Publication published = registry.publish(spec)) {
        Survivors survivors = new Survivors(first, second);
        victim.expectLine("ready", DEADLINE);
        victim.send("go");
        boolean survived = victim.awaitExit(DEADLINE) == 0;
        victim.close();
        survivors.goOnWithSuccessor(published.service().name());
        return survived;
      }
    }
  }

  /** Two parties that cross again and again, mending what breaks, until they are told to stop. */
  private static final class Survivors {
    private final List<Barrier> parties = new CopyOnWriteArrayList<>();
    private final List<AtomicLong> generations = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicLong crossings = new AtomicLong();
    private volatile boolean stop;
    private volatile Throwable failure;

    Survivors(Barrier... parties) {
      for (Barrier party : parties) {
        add(party);
      }
    }

    private void add(Barrier party) {
      AtomicLong generation = new AtomicLong(-1);
      parties.add(party);
      generations.add(generation);
      Thread thread = new Thread(() -> cross(party, generation), "survivor");
      threads.add(thread);
      thread.start();
    }

    private void cross(Barrier party, AtomicLong last) {
      try {
        while (!stop) {
          try {
            long generation = party.arrive();
            last.set(generation);
            party.awaitGeneration(generation);
            requireNobodyBehind(generation);
            crossings.incrementAndGet();
          } catch (BrokenBarrierException broken) {
            if (!stop) {
              party.reset();
            }
          }
        }
        party.close();
      } catch (RuntimeException | InterruptedException | AssertionError thrown) {
        failure = stop && thrown instanceof IllegalStateException ? failure : thrown;
      }
    }

    /** A party that has crossed a generation knows that all have arrived in it. */
    private void requireNobodyBehind(long generation) {
      for (int i = 0; i < 2; i++) {
        AtomicLong other = generations.get(i);
        // The number is written down after the arrival, so one that is behind has time to do it.
        Eventually.await("arrived in " + generation, DEADLINE, () -> other.get() >= generation);
      }
    }

    void goOnWithSuccessor(String step) {
      long before = crossings.get();
      add(Barrier.join(parties.get(0).descriptors()).spin(Duration.ZERO));
      Eventually.await(
          "ten crossings after the kill at " + step + ": " + parties + failure,
          DEADLINE,
          () -> failure != null || crossings.get() >= before + 10);
      stop = true;
      parties.forEach(Barrier::close);
      threads.forEach(Survivors::join);
      if (failure != null) {
        throw new AssertionError("after the kill at " + step, failure);
      }
    }

    private static void join(Thread thread) {
      try {
        thread.join();
      } catch (InterruptedException interruption) {
        throw new AssertionError(interruption);
      }
    }
  }
}
