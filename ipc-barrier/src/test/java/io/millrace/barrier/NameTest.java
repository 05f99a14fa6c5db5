package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Acquisition;
import io.millrace.testkit.ChildProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How processes find the barrier of a name, whichever comes first and whichever dies. */
@Timeout(180)
class NameTest extends ProcessParties {
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

  @ParameterizedTest
  @ValueSource(strings = {"arrive", "leave"})
  void whoKeptTheDescriptorsOfABarrierWhosePartiesAreAllDeadStartsAfresh(String first)
      throws Exception {
    List<ChildProcess> all = join(2, 2, 0);
    try (Acquisition kept = registry.acquire(NAME + ".party-1")) {
      reply(all.get(0), first, "done " + first);
      all.forEach(ChildProcess::kill);
      try (Barrier one = Barrier.join(kept.descriptors())) {
        assertFalse(one.isBroken());
        assertEquals(0, one.arrived());
        try (Barrier other = Barrier.join(kept.descriptors())) {
          one.arrive();
          assertEquals(0, other.await());
        }
      }
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
  void thoseWhoComeAtOnceAfterAllHaveBeenKilledMeetInOneBarrier() throws Exception {
    List<ChildProcess> joiners = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      joiners.add(start(3, 0));
      joiners.get(i).expectLine("ready", DEADLINE);
    }
    for (int round = 0; round < 4; round++) {
      join(1, 3, 0).get(0).kill();
      joiners.forEach(child -> child.send("join"));
      joiners.forEach(child -> child.expectLine("done join", DEADLINE));
      joiners.forEach(child -> child.send("await"));
      Set<String> indices = new TreeSet<>();
      joiners.forEach(child -> indices.add(child.expectLine("index", DEADLINE)));
      assertEquals(Set.of("0", "1", "2"), indices);
      joiners.forEach(child -> reply(child, "leave", "done leave"));
    }
  }
}
