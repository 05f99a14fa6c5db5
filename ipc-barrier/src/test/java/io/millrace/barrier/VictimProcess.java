package io.millrace.barrier;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A party that joins, crosses first and last and with an action, times out, resets and leaves, and
 * is killed on the way at the access to the shared words that it is told.
 *
 * <p>Arguments: the registry's directory, the service of a barrier of three parties, which access,
 * before or after it.
 */
final class VictimProcess {
  private VictimProcess() {}

  public static void main(String[] arguments) throws Exception {
    int access = Integer.parseInt(arguments[2]);
    boolean before = arguments[3].equals("before");
    System.out.println("ready");
    System.in.read();
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        Acquisition acquired = registry.acquire(arguments[1])) {
      int[] descriptors = acquired.descriptors();
      Barrier barrier =
          Barrier.joinIn(
              new BarrierRegion(
                  descriptors[0],
                  descriptors[1],
                  mapping -> new KillingWords(mapping, access, before)));
      barrier.spin(Duration.ZERO);
      act(barrier);
    }
    System.out.println("survived");
  }

  private static void act(Barrier barrier) {
    cross(barrier, 0);
    cross(barrier, 2);
    barrier.onCrossing(() -> {});
    cross(barrier, 2);
    barrier.reset();
    try {
      barrier.await(Duration.ofNanos(1));
    } catch (TimeoutException | BrokenBarrierException expected) {
      barrier.reset();
    } catch (InterruptedException interruption) {
      throw new IllegalStateException(interruption);
    }
    cross(barrier, 2);
    while (true) {
      try {
        barrier.leave();
        return;
      } catch (IllegalStateException notNow) {
        cross(barrier, 2);
      }
    }
  }

  /** Crosses, if it can after so many others; the pause is bounded, for they may be gone. */
  private static void cross(Barrier barrier, int others) {
    for (int looks = 0; others > 0 && looks < 20 && !Thread.interrupted(); looks++) {
      LockSupport.parkNanos(500_000); // Not by looking: that would be an access more or less.
    }
    while (true) {
      try {
        barrier.await();
        return;
      } catch (BrokenBarrierException broken) {
        barrier.reset();
      } catch (InterruptedException interruption) {
        throw new IllegalStateException(interruption);
      }
    }
  }
}
