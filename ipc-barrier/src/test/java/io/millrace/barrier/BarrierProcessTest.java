package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Registry;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a barrier promises to processes, also when they are killed. */
@Timeout(180)
class BarrierProcessTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String NAME = "meeting";

  @TempDir Path directory;
  private Path root;
  private Registry registry;
  private final List<ChildProcess> children = new ArrayList<>();

  @BeforeEach
  void openRegistry() {
    root = directory.resolve("registry");
    registry = Registry.open(root);
  }

  @AfterEach
  void leavesNoFilesBehind() throws IOException {
    children.forEach(ChildProcess::close);
    registry.list(); // Takes away what the dead have left, as everybody does who looks.
    registry.close();
    try (Stream<Path> left = Files.list(root)) {
      assertEquals(List.of(), left.toList());
    }
  }

  private ChildProcess start(int parties, long spinNanos) throws IOException {
    ChildProcess child =
        ChildProcess.start(
            PartyProcess.class, PartyProcess.arguments(root, NAME, parties, spinNanos));
    children.add(child);
    return child;
  }

  private List<ChildProcess> join(int count, int parties, long spinNanos) throws IOException {
    List<ChildProcess> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      started.add(start(parties, spinNanos));
    }
    started.forEach(child -> child.expectLine("ready", DEADLINE));
    started.forEach(child -> child.send("join"));
    started.forEach(child -> child.expectLine("done join", DEADLINE));
    return started;
  }

  private Barrier joinHere(int parties) {
    return Barrier.createOrJoin(registry, NAME, parties).spin(Duration.ZERO);
  }

  private static String reply(ChildProcess child, String command, String prefix) {
    child.send(command);
    return child.expectLine(prefix, DEADLINE);
  }

  private static void awaitArrived(Barrier barrier, int count) {
    Eventually.await(count + " arrived", DEADLINE, () -> barrier.arrived() == count);
  }

  private static String brokenMessage(Barrier barrier) {
    return assertThrows(BrokenBarrierException.class, barrier::await).getMessage();
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 3000", "2, 20000, 100000", "4, 20000, 5000", "16, 20000, 400"})
  void processesCrossWithoutSkew(int parties, long spinNanos, int generations) throws Exception {
    List<ChildProcess> all = join(parties, parties, spinNanos);
    for (int i = 0; i < parties; i++) {
      all.get(i).send("run " + i + " " + generations);
    }
    for (ChildProcess child : all) {
      child.expectLine("done run", DEADLINE);
    }
    assertEquals(String.valueOf(generations), reply(all.get(0), "generation", "generation"));
    all.forEach(child -> reply(child, "leave", "done leave"));
  }

  @Test
  void joinersOfAllSortsOfTimesGetTheSameBarrier() throws Exception {
    for (int round = 0; round < 3; round++) {
      List<ChildProcess> all = join(3, 4, 0);
      try (Barrier here = joinHere(4)) {
        all.forEach(child -> child.send("await"));
        here.await();
        all.forEach(child -> child.expectLine("index", DEADLINE));
        all.forEach(child -> child.send("close"));
        all.forEach(child -> child.expectLine("done close", DEADLINE));
      }
      assertEquals(List.of(), registry.list());
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

  @Test
  void theCreatorMayDieAndThoseWhoComeLaterFindTheSurvivors() throws Exception {
    ChildProcess creator = join(1, 3, 0).get(0);
    try (Barrier here = joinHere(3)) {
      assertEquals(creator.pid(), registry.find(NAME).orElseThrow().pid());
      creator.kill();
      here.reset();
      try (Barrier second = joinHere(3);
          Barrier third = joinHere(3)) {
        here.arrive();
        second.arrive();
        assertEquals(0, third.await());
        assertTrue(registry.find(NAME).isPresent());
      }
    }
  }

  @Test
  void aBarrierWhosePartiesAreAllDeadStartsAfreshForWhoeverComes() throws Exception {
    List<ChildProcess> all = join(2, 2, 0);
    reply(all.get(0), "arrive", "done arrive");
    all.forEach(ChildProcess::kill);
    try (Barrier first = joinHere(2);
        Barrier second = joinHere(2)) {
      first.arrive();
      assertEquals(0, second.await());
    }
  }

  @Test
  void anotherNumberOfPartiesIsRefusedWithBothNumbers() throws Exception {
    try (Barrier here = joinHere(2)) {
      String message = assertThrows(IllegalArgumentException.class, () -> joinHere(3)).getMessage();
      assertTrue(message.contains("has 2 parties, not 3"), message);
      ChildProcess other = start(4, 0);
      other.expectLine("ready", DEADLINE);
      assertTrue(reply(other, "join", "refused").contains("has 2 parties, not 4"));
      assertEquals(2, here.parties());
    }
  }

  @Test
  void moreJoinersThanPartiesAreRefused() throws Exception {
    join(1, 2, 0);
    try (Barrier here = joinHere(2)) {
      ChildProcess third = start(2, 0);
      third.expectLine("ready", DEADLINE);
      assertTrue(reply(third, "join", "refused").contains("all 2 places"));
      assertFalse(here.isBroken());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "a/b", "with space", "-x"})
  void badNamesAreRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> Barrier.createOrJoin(registry, name, 2));
    assertThrows(
        IllegalArgumentException.class, () -> Barrier.createOrJoin(registry, "x".repeat(119), 2));
  }

  @Test
  void thoseWhoSleepUseNoProcessorTime() throws Exception {
    List<ChildProcess> sleepers = join(2, 3, 0);
    try (Barrier here = joinHere(3)) {
      sleepers.forEach(child -> child.send("await"));
      awaitArrived(here, 2);
      int pid = sleepers.get(0).pid();
      Eventually.await(
          "all threads sleep", DEADLINE, () -> Signals.states(pid).stream().allMatch("S"::equals));
      here.await();
      sleepers.forEach(child -> child.expectLine("index", DEADLINE));
    }
  }

  @Test
  void aStormOfKillsAndReplacementsNeverStopsTheWork() throws Exception {
    int parties = 3;
    long until = Integer.getInteger("millrace.barrier.storm", 400);
    Random random = new Random(7);
    List<ChildProcess> all = join(parties, parties, 20_000);
    all.forEach(child -> child.send("work " + until));
    ProcessHandle self = ProcessHandle.current();
    int kills = 0;
    while (all.stream().allMatch(child -> child.printed().stream().noneMatch(PartyEnd::isEnd))
        && kills < until / 50) {
      ChildProcess victim = all.remove(random.nextInt(parties));
      victim.kill();
      kills++;
      ChildProcess replacement = start(parties, 20_000);
      replacement.expectLine("ready", DEADLINE);
      replacement.send("join");
      replacement.expectLine("done join", DEADLINE);
      replacement.send("work " + until);
      all.add(replacement);
    }
    assertTrue(self.isAlive());
    // Not all get there: who comes last finds the others gone. One does.
    Eventually.await(
        "somebody got to the end",
        DEADLINE,
        () -> all.stream().anyMatch(child -> child.printed().stream().anyMatch(PartyEnd::isEnd)));
  }

  /** The line by which a party says that it got to the end of its work. */
  private static final class PartyEnd {
    static boolean isEnd(String line) {
      return line.startsWith("crossed");
    }
  }
}
