package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a barrier when one of its processes is killed, ends or is stopped. */
@Timeout(180)
class KilledPartyTest extends ProcessParties {
  @Test
  void aPartyThatIsTerminatedBreaksTheBarrierAndIsNotSaidToBeKilled() throws Exception {
    ChildProcess ending = join(1, 2, 0).get(0);
    try (Barrier here = joinHere(2)) {
      FutureTask<String> waiting = new FutureTask<>(() -> brokenMessage(here));
      new Thread(waiting, "waiting").start();
      awaitArrived(here, 1);
      Signals.send("TERM", ending.pid());
      String message = waiting.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
      assertTrue(message.contains("pid " + ending.pid() + " left"), message);
      assertEquals(143, ending.awaitExit(DEADLINE));
      here.reset();
      // Nor later, when the process is gone and somebody else has its place.
      assertFalse(here.isBroken());
      ChildProcess next = join(1, 2, 0).get(0);
      next.send("await");
      here.await();
      next.expectLine("index", DEADLINE);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3_000_000_000_000L})
  void aPartyKilledWhileTheOthersWaitBreaksTheBarrierAtOnceAndIsNamed(long spinNanos)
      throws Exception {
    List<ChildProcess> others = join(2, 3, spinNanos);
    ChildProcess victim = others.get(0);
    ChildProcess waiting = others.get(1);
    try (Barrier here = joinHere(3)) {
      waiting.send("await");
      awaitArrived(here, 1);
      victim.kill();
      String there = waiting.expectLine("broken", DEADLINE);
      assertTrue(there.contains("pid " + victim.pid() + " was killed"), there);
      String message = brokenMessage(here);
      assertTrue(message.contains("pid " + victim.pid() + " was killed"), message);
    }
  }

  @Test
  void aPartyKilledBetweenItsArrivalAndTheEndBreaksTheBarrier() throws Exception {
    ChildProcess victim = join(1, 3, 0).get(0);
    try (Barrier here = joinHere(3);
        Barrier second = joinHere(3)) {
      reply(victim, "arrive", "done arrive");
      victim.kill();
      assertTrue(brokenMessage(here).contains("pid " + victim.pid()));
      assertTrue(second.isBroken());
    }
  }

  @Test
  void aPartyKilledWhileItSleepsBreaksTheBarrierForThoseWhoSleepToo() throws Exception {
    List<ChildProcess> sleepers = join(2, 3, 0);
    try (Barrier here = joinHere(3)) {
      sleepers.forEach(child -> child.send("await"));
      awaitArrived(here, 2);
      sleepers.get(0).kill();
      assertTrue(
          sleepers.get(1).expectLine("broken", DEADLINE).contains("pid " + sleepers.get(0).pid()));
      assertTrue(here.isBroken());
    }
  }

  @Test
  void aNewcomerKilledWhileAnotherSleepsSinceBeforeItCameBreaksTheBarrierForIt() throws Exception {
    ChildProcess sleeper = join(1, 3, 0).get(0);
    sleeper.send("await");
    try (RegistryView names = RegistryView.open(RegistryOptions.defaults().root(registry.root()));
        BarrierView view = BarrierView.open(names, NAME)) {
      Eventually.await("it has arrived", DEADLINE, () -> view.status().arrived() == 1);
    }
    Eventually.await(
        "it sleeps", DEADLINE, () -> Signals.states(sleeper.pid()).stream().allMatch("S"::equals));
    // Nobody else is there who could notice and wake the sleeper.
    ChildProcess newcomer = join(1, 3, 0).get(0);
    newcomer.kill();
    String there = sleeper.expectLine("broken", DEADLINE);
    assertTrue(there.contains("pid " + newcomer.pid() + " was killed"), there);
  }

  @Test
  void aPartyKilledInTheActionBreaksTheBarrier() throws Exception {
    ChildProcess victim = join(1, 2, 0).get(0);
    try (Barrier here = joinHere(2)) {
      here.arrive();
      victim.send("freeze-in-action");
      victim.expectLine("in action", DEADLINE);
      assertFalse(here.isBroken());
      victim.kill();
      assertThrows(BrokenBarrierException.class, () -> here.awaitGeneration(0));
    }
  }

  @Test
  void anIdlePartyThatIsKilledIsFoundByWhoeverAsks() throws Exception {
    ChildProcess victim = join(1, 2, 0).get(0);
    try (Barrier here = joinHere(2)) {
      assertFalse(here.isBroken());
      victim.kill();
      assertTrue(here.isBroken());
    }
  }

  @Test
  void aProcessThatEndsWithoutClosingCountsAsKilled() throws Exception {
    ChildProcess victim = join(1, 2, 0).get(0);
    try (Barrier here = joinHere(2)) {
      reply(victim, "end", "ended");
      String message = brokenMessage(here);
      assertTrue(message.contains("pid " + victim.pid()), message);
    }
  }

  @Test
  void aPartyThatIsOnlyStoppedBreaksNothing() throws Exception {
    ChildProcess slow = join(1, 2, 0).get(0);
    try (Barrier here = joinHere(2)) {
      slow.send("await");
      awaitArrived(here, 1);
      slow.stop();
      assertEquals(0, here.await());
      assertFalse(here.isBroken());
      slow.resume();
      assertEquals("1", slow.expectLine("index", DEADLINE));
    }
  }

  @Test
  void afterAResetAReplacementJoinsAndWorkGoesOn() throws Exception {
    List<ChildProcess> others = join(2, 3, 0);
    try (Barrier here = joinHere(3)) {
      others.get(0).kill();
      brokenMessage(here);
      here.reset();
      ChildProcess replacement = join(1, 3, 0).get(0);
      replacement.send("await");
      others.get(1).send("await");
      here.await();
      replacement.expectLine("index", DEADLINE);
      others.get(1).expectLine("index", DEADLINE);
    }
  }

  @Test
  void aReplacementThatJoinsBeforeTheResetLearnsWhoWasKilledToo() throws Exception {
    ChildProcess victim = join(1, 2, 0).get(0);
    try (Barrier here = joinHere(2)) {
      victim.kill();
      try (Barrier replacement = joinHere(2)) {
        assertTrue(brokenMessage(replacement).contains("pid " + victim.pid()));
        assertTrue(brokenMessage(here).contains("pid " + victim.pid()));
        here.reset();
        replacement.reset();
        here.arrive();
        assertEquals(0, replacement.await());
      }
    }
  }
}
