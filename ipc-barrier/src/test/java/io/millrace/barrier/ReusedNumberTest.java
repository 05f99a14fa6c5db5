package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Mapping;
import io.millrace.testkit.ChildProcess;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that is killed just before it would be watched, and whose number another one gets. */
@Timeout(180)
class ReusedNumberTest extends ProcessParties {
  @Test
  void whoHasTheNumberOfADeadPartyIsNotTakenForIt() throws Exception {
    ChildProcess victim = join(1, 3, 0).get(0);
    ChildProcess living = start(3, 0);
    living.expectLine("ready", DEADLINE);
    try (Barrier here = joinHere(3);
        BarrierRegion region = region(here.descriptors(), victim, living)) {
      Places places = new Places(region.words(), region.parties(), region.own());
      StateWord stateWord = new StateWord(region.words(), places, region.event()::signal);
      try (PartyWatch watch = new PartyWatch(region, places, stateWord)) {
        assertFalse(BarrierState.isBroken(stateWord.state()));
        watch.refresh();
        assertTrue(BarrierState.isBroken(stateWord.state()));
      }
    }
  }

  private static BarrierRegion region(int[] descriptors, ChildProcess victim, ChildProcess living) {
    return new BarrierRegion(
        descriptors[0], descriptors[1], mapping -> new Words(mapping, victim, living));
  }

  /** Between two looks at the place of a party it is killed, and its number given away. */
  private static final class Words extends UnsafeBuffer {
    private final ChildProcess victim;
    private final ChildProcess living;

    Words(Mapping mapping, ChildProcess victim, ChildProcess living) {
      super(mapping.address(), (int) mapping.length());
      this.victim = victim;
      this.living = living;
    }

    @Override
    public int getIntVolatile(int index) {
      int value = super.getIntVolatile(index);
      if (value != victim.pid()) {
        return value;
      }
      victim.kill();
      return living.pid();
    }
  }
}
