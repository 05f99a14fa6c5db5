package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.root.HiddenNames;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adopters that are overtaken by others between what they know and what they do. */
class AdoptionRaceTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path temporary;
  @TempDir Path root;

  /** Joins a ring and adopts it; tells the state of its adoption when asked. */
  static final class Adopter {
    public static void main(String[] arguments) throws Exception {
      try (Registry registry = Registry.open(Path.of(arguments[0]));
          Ring ring = registry.joinRing("ring");
          Adoption adoption = registry.adopt("ring", ring)) {
        System.out.println("adopting");
        while (System.in.read() >= 0) {
          System.out.println("state " + adoption.state());
        }
      }
    }
  }

  private static String stateOf(ChildProcess adopter) {
    adopter.send("x");
    return adopter.expectLine("state", DEADLINE);
  }

  /**
   * The adopter has decided to publish and is held up right before. Meanwhile the service is
   * published and withdrawn by somebody else.
   */
  @Test
  void aWithdrawalThatAnAdopterHasNotHeardOfStands() throws Exception {
    Strace.require();
    try (Registry registry = Registry.open(root);
        Registry first = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
      Publication dying = first.publish("ring", ring, Capabilities.none());
      try (ChildProcess adopter = ChildProcess.start(Adopter.class, root.toString())) {
        adopter.expectLine("adopting", DEADLINE);
        // The only call of this kind between the decision and the turn.
        Strace strace =
            Strace.attach(
                adopter,
                temporary.resolve("trace"),
                "trace=fchmod",
                "inject=fchmod:delay_enter=1000000");
        dying.handOver();
        // It has decided when it starts its server, and is held up for a second after that.
        Eventually.await("its server", DEADLINE, () -> servers().size() == 2);
        registry.publish("ring", ring, Capabilities.none()).close();
        Eventually.await("withdrawal", DEADLINE, () -> stateOf(adopter).equals("WITHDRAWN"));
        assertTrue(registry.find("ring").isEmpty());
        strace.close();
      }
      registry.list(); // Removes what belonged to the child, as everybody does who looks.
    }
    assertEquals(List.of(), Alien.names(root));
  }

  private List<String> servers() {
    return Alien.names(root).stream().filter(HiddenNames::isServer).toList();
  }

  /** A stopped process is not dead: what it adopts waits for it or goes to somebody else. */
  @Test
  void aStoppedAdopterDoesNotKeepTheOthersFromGoingOn() {
    try (Registry registry = Registry.open(root);
        Registry first = Registry.open(root);
        Ring ring = Ring.create(RingOptions.capacity(64 * 1024))) {
      Publication dying = first.publish("ring", ring, Capabilities.none());
      try (ChildProcess stopped = ChildProcess.start(Adopter.class, root.toString());
          ChildProcess other = ChildProcess.start(Adopter.class, root.toString())) {
        stopped.expectLine("adopting", DEADLINE);
        other.expectLine("adopting", DEADLINE);
        stopped.stop();
        dying.handOver();
        Eventually.await("adoption", DEADLINE, () -> registry.find("ring").isPresent());
        assertEquals(other.pid(), registry.find("ring").orElseThrow().pid());
        stopped.resume();
        assertEquals("FOLLOWING", stateOf(stopped));
        // Its record is seen a moment before it knows that it has published.
        Eventually.await("publishing", DEADLINE, () -> stateOf(other).equals("PUBLISHING"));
        long generation = registry.find("ring").orElseThrow().generation();
        other.kill();
        Eventually.await("next adoption", DEADLINE, () -> registry.find("ring").isPresent());
        assertTrue(registry.find("ring").orElseThrow().generation() > generation);
      }
    }
  }
}
