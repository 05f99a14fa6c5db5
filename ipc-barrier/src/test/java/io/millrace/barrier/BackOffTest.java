package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.CpuAffinity;
import io.millrace.testkit.Eventually;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a party behaves towards others before it sleeps. */
@Timeout(120)
class BackOffTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long SHORT_SPIN = 20_000;
  private static final long LONG_SPIN = 3_000_000_000_000L;

  private volatile boolean over;

  @Test
  void itEndsInSleep() {
    BackOff backOff = new BackOff();
    for (int wait = 0; wait < 100; wait++) {
      backOff.begin(0);
      int yields = 0;
      while (backOff.yieldOnceMore()) {
        yields++;
      }
      assertTrue(yields <= 16, yields + " yields");
    }
  }

  @Test
  void whereAnotherProgramTakesTheProcessorAPartySleepsAtOnceForAWhile() throws Exception {
    int cpu = CpuAffinity.get().nextSetBit(0);
    Thread busy =
        new Thread(
            () -> {
              pinTo(cpu);
              while (!over) {
                Thread.onSpinWait();
              }
            });
    FutureTask<Void> party =
        new FutureTask<>(
            () -> {
              pinTo(cpu);
              BackOff backOff = new BackOff();
              Eventually.await("a dear yield", DEADLINE, () -> isShortSpinLeftOut(backOff));
              assertFalse(backOff.yieldOnceMore());
              assertEquals(LONG_SPIN, backOff.begin(LONG_SPIN));
              assertFalse(backOff.yieldOnceMore());
              return null;
            });
    busy.start();
    try {
      new Thread(party).start();
      party.get();
    } finally {
      over = true;
      busy.join();
    }
  }

  private static boolean isShortSpinLeftOut(BackOff backOff) {
    if (backOff.begin(SHORT_SPIN) == 0) {
      return true;
    }
    while (backOff.yieldOnceMore()) {
      // On to the next one.
    }
    return false;
  }

  private static void pinTo(int cpu) {
    BitSet mask = new BitSet();
    mask.set(cpu);
    CpuAffinity.set(mask);
  }
}
