package io.millrace.barrier;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.Patience;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds or makes the barrier of a name, whichever party comes first and whichever parties die
 * meanwhile.
 *
 * <p>Every party publishes a record of its own, usually {@code NAME.party-PLACE}, so that a party
 * that comes later finds a survivor when the publisher of {@code NAME} is dead. It is known by its
 * capabilities: another barrier may well have a name like that. Two barriers of one name cannot
 * both get going: each party publishes its record first, looks at all the others then, and gives up
 * if one is of another barrier. Of any two such parties at least one sees the other.
 */
final class Rendezvous {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How long a party that has the name looks whether those of another barrier have given up. */
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Registry registry;
  private final String name;
  private final int parties;
  private String obstacle = "";

  Rendezvous(Registry registry, String name, int parties) {
    this.registry = registry;
    this.name = BarrierRecord.requireName(name);
    this.parties = BarrierRegion.requireParties(parties);
  }

  /** Joins the barrier of the name, which this makes if there is none. */
  Barrier meet() {
    Patience patience = Patience.of(PATIENCE);
    while (true) {
      NamedParty candidate = attempt();
      if (candidate != null) {
        return candidate.party();
      }
      if (!patience.pause()) {
        throw new DiscoveryException(
            "barrier "
                + name
                + " could not be joined in "
                + PATIENCE.toSeconds()
                + " s: "
                + obstacle);
      }
    }
  }

  private NamedParty attempt() {
    NamedParty candidate;
    try {
      candidate = join();
    } catch (NoSuchServiceException | NameInUseException overtaken) {
      obstacle = overtaken.getMessage(); // It died, or somebody makes the barrier at this moment.
      return null;
    }
    try {
      if (isTheOnlyBarrier(candidate)) {
        return candidate;
      }
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, candidate::giveUp);
      throw failure;
    }
    candidate.giveUp();
    obstacle = "another barrier of that name is there";
    return null;
  }

  private NamedParty join() {
    String source = source();
    if (source == null) {
      return NamedParty.publish(registry, name, BarrierRegion.create(parties));
    }
    try (Acquisition acquired = registry.acquire(source)) {
      BarrierRecord.check(acquired.service(), name, parties);
      return NamedParty.publish(registry, name, BarrierRegion.open(acquired.descriptors()));
    }
  }

  /** The name of a record that leads to the barrier, null if there is none. */
  private String source() {
    if (registry.find(name).isPresent()) {
      return name;
    }
    return parties().map(Service::name).findFirst().orElse(null);
  }

  /** What the parties of all barriers of this name have published. */
  private Stream<Service> parties() {
    return registry.list().stream().filter(service -> BarrierRecord.isParty(service, name));
  }

  private boolean isTheOnlyBarrier(NamedParty candidate) {
    if (!hasTheName(candidate)) {
      return false;
    }
    // The party that has the name waits for the others, of another barrier, to give up, as those
    // that do not have it do at once. Only if they do not, they were there before.
    Patience patience = Patience.of(PAUSE);
    do {
      if (parties().allMatch(candidate::isOf)) {
        return true;
      }
    } while (patience.pause());
    return false;
  }

  private boolean hasTheName(NamedParty candidate) {
    Optional<Service> published = registry.find(name);
    if (published.isPresent()) {
      return candidate.isOf(published.get());
    }
    try {
      candidate.takeTheName();
      return true;
    } catch (NameInUseException overtaken) {
      return registry.find(name).filter(candidate::isOf).isPresent();
    }
  }
}
