package io.millrace.barrier;

import io.millrace.discovery.NameInUseException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.Service;
import io.millrace.os.FileStatus;
import java.util.concurrent.atomic.AtomicReference;

/** A party together with what it publishes: its own record, and perhaps the barrier's name. */
final class NamedParty {
  private final Registry registry;
  private final String name;
  private final BarrierRegion region;
  private final Party party;
  private final FileStatus memory;
  private final Publication own;
  private final AtomicReference<Publication> main = new AtomicReference<>();

  private NamedParty(
      Registry registry,
      String name,
      BarrierRegion region,
      Party party,
      FileStatus memory,
      Publication own) {
    this.registry = registry;
    this.name = name;
    this.region = region;
    this.party = party;
    this.memory = memory;
    this.own = own;
  }

  /** Takes a place and publishes it; the region is closed if that fails. */
  static NamedParty publish(Registry registry, String name, BarrierRegion region) {
    Party party = Party.join(region);
    try {
      String record = BarrierRecord.partyName(name, party.place());
      FileStatus memory = region.memory().status();
      Publication own = registry.publish(BarrierRecord.describe(record, region));
      NamedParty named = new NamedParty(registry, name, region, party, memory, own);
      party.onEnd(named::withdraw);
      return named;
    } catch (RuntimeException | Error failure) {
      party.leave();
      throw failure;
    }
  }

  Party party() {
    return party;
  }

  boolean isOf(Service service) {
    return BarrierRecord.isOf(service, memory);
  }

  /** Publishes the barrier's name if it is free. */
  void takeTheName() throws NameInUseException {
    main.set(registry.publish(BarrierRecord.describe(name, region)));
  }

  /** Withdraws what this party has published; may be run more than once. */
  private void withdraw() {
    try {
      Publication published = main.getAndSet(null);
      if (published != null) {
        published.close();
      }
    } finally {
      own.close();
    }
  }

  /** Leaves a barrier that is not to be, before it took part in any generation. */
  void giveUp() {
    party.leave();
  }
}
