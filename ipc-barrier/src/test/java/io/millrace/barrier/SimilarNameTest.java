package io.millrace.barrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.Publication;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.ServiceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A barrier is known by what its records say, and not by what their names look like. */
@Timeout(120)
class SimilarNameTest extends ProcessParties {
  private static final Duration AT_ONCE = Duration.ofSeconds(15);

  private Barrier join(String name, int parties) {
    return Barrier.createOrJoin(registry, name, parties);
  }

  private RegistryView view() {
    return RegistryView.open(RegistryOptions.defaults().root(registry.root()));
  }

  private static void assertMeet(Barrier first, Barrier second) throws Exception {
    first.arrive();
    assertEquals(0, second.await(AT_ONCE));
  }

  @Test
  void aBarrierThatIsCalledLikeAPartyOfAnotherOneIsNotThatOne() throws Exception {
    try (Barrier room = join("game.party-room", 2)) {
      try (Barrier game = join("game", 3)) {
        assertEquals(3, game.parties());
        assertEquals(1, members("game"));
        assertEquals(1, members("game.party-room"));
        game.leave();
      }
      assertFalse(room.isBroken());
      try (Barrier other = join("game.party-room", 2)) {
        assertMeet(room, other);
      }
    }
  }

  private long members(String name) throws Exception {
    try (RegistryView view = view();
        BarrierView barrier = BarrierView.open(view, name)) {
      return barrier.status().parties().stream()
          .filter(party -> party.occupancy() == BarrierStatus.Occupancy.ALIVE)
          .count();
    }
  }

  @Test
  void aBarrierWithALongerNameKeepsNobodyOut() throws Exception {
    try (Barrier first = join("hall", 2);
        Barrier longer = join("hall.party-2nd", 2);
        Barrier second = join("hall", 2)) {
      assertMeet(first, second);
      assertFalse(longer.isBroken());
    }
  }

  @Test
  void aPartyWhoseUsualNameIsTakenGetsAnother() throws Exception {
    try (Barrier named = join("hall.party-1", 2);
        Barrier first = join("hall", 2);
        Barrier second = join("hall", 2)) {
      assertMeet(first, second);
      assertFalse(named.isBroken());
    }
    try (Publication service = registry.publish(ServiceSpec.named("jam.party-0"));
        Barrier first = join("jam", 2);
        Barrier second = join("jam", 2)) {
      assertMeet(first, second);
      assertEquals("jam.party-0", service.service().name());
    }
  }

  @Test
  void aFileWhereAPartysRecordWouldBeIsInNobodysWay() throws Exception {
    Path directory = Files.createDirectory(registry.root().resolve("den.party-0"));
    try (Barrier first = join("den", 2);
        Barrier second = join("den", 2)) {
      assertMeet(first, second);
    } finally {
      Files.delete(directory);
    }
  }

  @Test
  void survivorsAreFoundUnderAnUncommonNameToo() throws Exception {
    try (Publication inTheWay = registry.publish(ServiceSpec.named(NAME + ".party-1"))) {
      var creator = join(1, 3, 0).get(0);
      try (Barrier here = joinHere(3)) {
        creator.kill();
        here.reset();
        try (Barrier second = joinHere(3)) {
          assertEquals(here.generation(), second.generation());
          assertEquals(2, members(NAME));
        }
      }
      assertTrue(inTheWay.service().pid() > 0);
    }
  }

  @Test
  void aNameThatAPartyHasIsRefusedWithTheBarrierThatItBelongsTo() {
    try (Barrier game = join("game", 2)) {
      String message =
          assertThrows(IllegalStateException.class, () -> join("game.party-0", 2)).getMessage();
      assertTrue(message.contains("taken by a party of barrier \"game\""), message);
      assertThrows(
          IllegalStateException.class,
          () -> {
            try (RegistryView view = view()) {
              BarrierView.open(view, "game.party-0").close();
            }
          });
      assertThrows(DiscoveryException.class, () -> members("game.party"));
      assertFalse(game.isBroken());
    }
  }
}
