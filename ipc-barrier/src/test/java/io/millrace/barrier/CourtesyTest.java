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
class CourtesyTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long SHORT_SPIN = 20_000;
  private static final long LONG_SPIN = 3_000_000_000_000L;

  private volatile boolean over;

  @Test
  void itEndsInSleep() {
    Courtesy courtesy = new Courtesy();
    for (int wait = 0; wait < 100; wait++) {
      courtesy.begin(0);
      int yields = 0;
      while (courtesy.yieldOnceMore()) {
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
              Courtesy courtesy = new Courtesy();
              Eventually.await("a dear yield", DEADLINE, () -> isShortSpinLeftOut(courtesy));
              assertFalse(courtesy.yieldOnceMore());
              assertEquals(LONG_SPIN, courtesy.begin(LONG_SPIN));
              assertFalse(courtesy.yieldOnceMore());
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

  private static boolean isShortSpinLeftOut(Courtesy courtesy) {
    if (courtesy.begin(SHORT_SPIN) == 0) {
      return true;
    }
    while (courtesy.yieldOnceMore()) {
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
