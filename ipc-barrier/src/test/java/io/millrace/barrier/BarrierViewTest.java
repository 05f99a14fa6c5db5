package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.barrier.BarrierStatus.Occupancy;
import io.millrace.barrier.BarrierStatus.PartyStatus;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.LeavesNothingOpen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeavesNothingOpen.class)
class BarrierViewTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String NAME = "phase";
  private static final int SELF = (int) ProcessHandle.current().pid();

  @TempDir Path root;

  private RegistryView registry() {
    return RegistryView.open(RegistryOptions.defaults().root(root));
  }

  @Test
  @SuppressWarnings("try") // A party that closes before the end of its block is what is looked at.
  void itShowsWhoHasArrivedAndWhoIsMissing() throws Exception {
    try (Registry registry = Registry.open(root);
        Barrier first = Barrier.createOrJoin(registry, NAME, 2);
        RegistryView onlooker = registry();
        BarrierView view = BarrierView.open(onlooker, NAME)) {
      assertParties(view, party(0, false), free(1));
      first.arrive();
      assertParties(view, party(0, true), free(1));
      assertEquals(1, view.status().arrived());
      // The onlooker has left the place for the next to come.
      try (Barrier second = Barrier.createOrJoin(registry, NAME, 2)) {
        assertParties(view, party(0, true), party(1, false));
        second.arrive();
        assertEquals(1, view.status().generation());
        assertParties(view, party(0, false), party(1, false));
        first.arrive();
        second.close();
        assertTrue(view.status().isBroken());
        assertEquals(
            "generation 1 is broken: the party with pid " + SELF + " left without announcing it",
            view.status().breakCause());
        assertParties(view, party(0, true), free(1));
      }
    }
  }

  @Test
  void itSeesAKilledPartyAndBreaksNothing() throws Exception {
    try (Registry registry = Registry.open(root);
        ChildProcess child =
            ChildProcess.start(PartyProcess.class, PartyProcess.arguments(root, NAME, 2, 0))) {
      child.send("join");
      child.expectLine("done join", DEADLINE);
      try (Barrier survivor = Barrier.createOrJoin(registry, NAME, 2)) {
        child.kill();
        // The record of the name is the dead party's; the survivor's own leads to the barrier.
        try (RegistryView onlooker = registry();
            BarrierView view = BarrierView.open(onlooker, NAME)) {
          assertParties(
              view, new PartyStatus(0, Occupancy.DEAD, child.pid(), false), party(1, false));
          assertFalse(view.status().isBroken());
        }
        assertTrue(survivor.isBroken());
      }
    }
  }

  @Test
  void whatIsNoBarrierIsRefused() {
    try (Registry registry = Registry.open(root);
        Publication other = registry.publish(ServiceSpec.named("other"));
        RegistryView onlooker = registry()) {
      assertEquals("other", other.service().name());
      assertThrows(IllegalStateException.class, () -> BarrierView.open(onlooker, "other"));
      assertThrows(NoSuchServiceException.class, () -> BarrierView.open(onlooker, "nothing"));
    }
  }

  @Test
  void aViewThatIsClosedIsAnExceptionAndNeverACrash() {
    try (Registry registry = Registry.open(root);
        RegistryView onlooker = registry();
        Barrier party = Barrier.createOrJoin(registry, "bar", 2)) {
      BarrierView view = BarrierView.open(onlooker, "bar");
      assertEquals(0, view.status().generation());
      view.close();
      view.close();
      assertThrows(ClosedException.class, view::status);
      party.leave();
    }
  }

  private static void assertParties(BarrierView view, PartyStatus... expected) {
    assertEquals(List.of(expected), view.status().parties());
  }

  private static PartyStatus party(int place, boolean hasArrived) {
    return new PartyStatus(place, Occupancy.ALIVE, SELF, hasArrived);
  }

  private static PartyStatus free(int place) {
    return new PartyStatus(place, Occupancy.FREE, 0, false);
  }
}
