package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.SystemCallException;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CpuAffinityTest {
  @Test
  void pinningIsForTheCallingThreadAlone() {
    BitSet all = CpuAffinity.get();
    assertFalse(all.isEmpty());
    BitSet one = new BitSet();
    one.set(all.length() - 1);
    BitSet pinned = inNewThread(one);
    assertEquals(one, pinned);
    assertEquals(all, CpuAffinity.get());
  }

  @Test
  void noProcessorAtAllIsRefused() {
    SystemCallException failure = Refused.with(Errno.EINVAL, () -> CpuAffinity.set(new BitSet()));
    assertEquals("sched_setaffinity", failure.call());
    BitSet absent = new BitSet();
    absent.set(1023);
    if (!CpuAffinity.get().get(1023)) {
      Refused.with(Errno.EINVAL, () -> CpuAffinity.set(absent));
    }
  }

  private static BitSet inNewThread(BitSet processors) {
    CompletableFuture<BitSet> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                CpuAffinity.set(processors);
                result.complete(CpuAffinity.get());
              } catch (RuntimeException failure) {
                result.completeExceptionally(failure);
              }
            });
    thread.start();
    return result.join();
  }
}
