package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Descriptor;
import io.millrace.os.EventFd;
import io.millrace.os.Memfd;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a barrier refuses, and how it says so. */
@Timeout(120)
class RefusalTest extends LocalParties {
  @Test
  void aPartyOfTwoThreadsAtOnceIsRefused() throws Exception {
    List<Barrier> parties = parties(2);
    FutureTask<Integer> waiting = inThread(parties.get(0)::await);
    awaitArrived(parties.get(1), 1);
    assertThrows(IllegalStateException.class, parties.get(0)::await);
    parties.get(1).await();
    waiting.get();
  }

  @Test
  void useAfterCloseIsAnException() {
    Barrier closed = parties(1).get(0);
    closed.close();
    closed.close();
    assertThrows(IllegalStateException.class, closed::await);
    assertThrows(IllegalStateException.class, closed::arrive);
    assertThrows(IllegalStateException.class, closed::generation);
    assertThrows(IllegalStateException.class, closed::isBroken);
    assertThrows(IllegalStateException.class, closed::reset);
    assertThrows(IllegalStateException.class, closed::descriptors);
    assertTrue(closed.toString().contains("closed"));
  }

  @Test
  void moreJoinersThanPartiesAreRefusedWithTheOwnersOfThePlaces() {
    Barrier full = parties(2).get(0);
    String message =
        assertThrows(IllegalStateException.class, () -> Barrier.join(full.descriptors()))
            .getMessage();
    assertTrue(message.contains("all 2 places"), message);
    assertTrue(message.contains("pid " + ProcessHandle.current().pid()), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 256, Integer.MAX_VALUE})
  void aNumberOfPartiesOutOfRangeIsRefused(int parties) {
    assertThrows(IllegalArgumentException.class, () -> Barrier.create(parties));
  }

  @Test
  void foreignDescriptorsAreRefused() {
    try (Descriptor memory = Memfd.create("foreign", 4096);
        EventFd event = EventFd.create()) {
      int number = memory.number();
      int eventNumber = event.descriptor().number();
      Barrier real = parties(1).get(0);
      int realMemory = real.descriptors()[0];
      assertThrows(IllegalArgumentException.class, () -> Barrier.join(number));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(number, eventNumber));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(realMemory, realMemory));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(eventNumber, eventNumber));
      assertThrows(DamagedBarrierException.class, () -> Barrier.join(realMemory, 99_999));
    }
  }

  @Test
  void anActionCannotArriveAtItsOwnBarrier() throws Exception {
    Barrier party = parties(1).get(0);
    party.onCrossing(() -> assertThrows(IllegalStateException.class, party::arrive));
    assertEquals(0, party.await());
    assertEquals(1, party.generation());
  }
}
