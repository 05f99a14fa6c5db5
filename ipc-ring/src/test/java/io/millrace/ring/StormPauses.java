package io.millrace.ring;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Makes a thread pause now and then between two steps of a protocol. Without it hardly any kill
 * would meet a process within one: members mostly wait.
 */
public final class StormPauses implements Consumer<Steps.Step> {
  private static final int RARITY = 100;
  private static final int LONGEST_NANOS = 3_000_000;

  private static volatile Random random = new Random();

  /** Forked processes would all pause at the same steps. */
  static void seed(int seed) {
    random = new Random(seed);
  }

  @Override
  public void accept(Steps.Step step) {
    if (random.nextInt(RARITY) == 0) {
      LockSupport.parkNanos(random.nextInt(LONGEST_NANOS));
    }
  }
}
