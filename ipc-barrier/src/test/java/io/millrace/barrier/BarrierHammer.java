package io.millrace.barrier;

import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.testkit.Hammer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Every public method of parties and views, from two threads, while a third closes; in a process of
 * its own, which a mistake would kill. Actions call the party that runs them.
 */
final class BarrierHammer {
  private final Random random;
  private final RegistryOptions options;
  private final Hammer hammer;
  private volatile Barrier party;

  private BarrierHammer(long seed, Path root) {
    random = new Random(seed);
    options = RegistryOptions.defaults().root(root);
    hammer =
        new Hammer(seed, BarrierHammer::isAllowed)
            .argument(long.class, among(-1L, 0L, 1L, 2L, 50L))
            .argument(TimeUnit.class, among(TimeUnit.MICROSECONDS))
            .argument(Duration.class, among(Duration.ZERO, Duration.ofNanos(20_000)))
            .argument(Runnable.class, r -> action(r.nextInt(32)))
            // Those that wait for ever, and one that ends the game too soon: see below.
            .spare("await", "awaitGeneration", "leave");
  }

  @SafeVarargs
  private static <T> Function<Random, T> among(T... values) {
    return random -> values[random.nextInt(values.length)];
  }

  private Runnable action(int mischief) {
    return () -> {
      switch (mischief) {
        case 0 -> party.reset();
        case 1 -> party.leave();
        case 2 -> party.close();
        case 3 -> throw new IllegalArgumentException("an action that throws");
        default -> party.spin(Duration.ZERO);
      }
    };
  }

  /** What a party does, with an end to it. */
  private static final class Crossing {
    private final Barrier own;

    Crossing(Barrier own) {
      this.own = own;
    }

    public void cross(long time) throws Exception {
      own.await(Duration.of(time, ChronoUnit.MICROS));
    }

    public void crossInTwoSteps(long time) throws Exception {
      long generation = own.arrive();
      own.prepareWait(generation);
      own.awaitGeneration(generation, Duration.of(time, ChronoUnit.MICROS));
    }
  }

  private static boolean isAllowed(Throwable thrown) {
    return thrown instanceof IllegalStateException // Closed, used by another thread, an action's.
        || thrown instanceof IllegalArgumentException
        || thrown instanceof BrokenBarrierException
        || thrown instanceof TimeoutException;
  }

  private void round(int number) throws InterruptedException {
    String name = "bar" + number;
    try (Registry registry = Registry.open(options);
        RegistryView registryView = RegistryView.open(options)) {
      party = Barrier.createOrJoin(registry, name, 2);
      Barrier other = Barrier.join(party.descriptors());
      BarrierView view = BarrierView.open(registryView, name);
      List<AutoCloseable> all = List.of(party, other, view);
      AutoCloseable first = all.get(random.nextInt(all.size()));
      boolean leaves = random.nextBoolean();
      hammer.strike(
          2,
          () -> {
            if (leaves) {
              leave(other);
            }
            close(first);
            all.forEach(BarrierHammer::close);
            all.forEach(BarrierHammer::close);
          },
          party,
          other,
          view,
          new Crossing(party),
          new Crossing(other));
    }
  }

  private static void leave(Barrier barrier) {
    try {
      barrier.leave();
    } catch (IllegalStateException refused) {
      // Another thread is using it, or it has arrived.
    }
  }

  private static void close(AutoCloseable handle) {
    try {
      handle.close();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  /**
   * Prints "done", or dies.
   *
   * @param arguments the seed, the number of rounds and a directory
   */
  public static void main(String[] arguments) throws InterruptedException {
    BarrierHammer hammer = new BarrierHammer(Long.parseLong(arguments[0]), Path.of(arguments[2]));
    int rounds = Integer.parseInt(arguments[1]);
    for (int i = 0; i < rounds; i++) {
      hammer.round(i);
    }
    System.out.println("done");
  }
}
