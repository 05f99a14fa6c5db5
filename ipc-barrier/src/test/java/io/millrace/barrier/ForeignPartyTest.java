package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Tools;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parties that cannot watch each other's processes, for whatever reason. */
@Timeout(180)
class ForeignPartyTest extends ProcessParties {
  private static final List<String> NAMESPACE =
      List.of("unshare", "--pid", "--fork", "--kill-child");

  private static void assumeNamespaces() {
    Tools.assumeWorks("unshare", "--pid", "--fork", "--kill-child", "true");
  }

  @Test
  void aPartyOfAnotherPidNamespaceTakesPartAndItsDeathIsSeen() throws Exception {
    assumeNamespaces();
    ChildProcess waiting = join(1, 3, 0).get(0);
    ChildProcess victim = joined(List.of(startUnder(NAMESPACE, 3, 0))).get(0);
    try (Barrier here = joinHere(3)) {
      victim.send("await");
      waiting.send("await");
      here.await();
      victim.expectLine("index", DEADLINE);
      waiting.expectLine("index", DEADLINE);
      waiting.send("await");
      awaitArrived(here, 1);
      victim.kill();
      String there = waiting.expectLine("broken", DEADLINE);
      assertTrue(there.contains("was killed"), there);
    }
  }

  @Test
  void aPartyOfAnotherPidNamespaceSeesTheDeathsOfTheOthers() throws Exception {
    assumeNamespaces();
    requireToldOfADeath(startUnder(NAMESPACE, 3, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void whoMayNotOpenProcessesSeesTheirDeathsAllTheSame(String error) throws Exception {
    Tools.assumeWorks("strace", "-V");
    List<String> filter = Tools.injecting("pidfd_open", "error=" + error);
    requireToldOfADeath(startUnder(filter, 3, 0));
  }

  @Test
  void whoHasNoDescriptorLeftSeesDeathsAllTheSame() throws Exception {
    Tools.assumeWorks("prlimit", "--version");
    ChildProcess waiting = startUnder(List.of("prlimit", "--nofile=256"), 3, 0);
    requireToldOfADeath(waiting, "exhaust");
  }

  @Test
  void whoCannotJoinForLackOfDescriptorsBreaksNothingAndLeavesNothing() throws Exception {
    Tools.assumeWorks("prlimit", "--version");
    try (ChildProcess starved =
        ChildProcess.startUnder(
            List.of("prlimit", "--nofile=256"), List.of(), StarvedProcess.class)) {
      starved.expectLine("passed", DEADLINE);
    }
  }

  private void requireToldOfADeath(ChildProcess started, String... preparations) throws Exception {
    ChildProcess victim = join(1, 3, 0).get(0);
    try (Barrier here = joinHere(3)) {
      ChildProcess waiting = joined(List.of(started)).get(0);
      for (String preparation : preparations) {
        reply(waiting, preparation, "done " + preparation);
      }
      waiting.send("await");
      awaitArrived(here, 1);
      victim.kill();
      String there = waiting.expectLine("broken", DEADLINE);
      assertTrue(there.contains("pid " + victim.pid() + " was killed"), there);
    }
  }
}
