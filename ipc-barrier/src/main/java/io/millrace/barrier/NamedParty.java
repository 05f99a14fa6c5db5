package io.millrace.barrier;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.RecordException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.os.FileStatus;
import java.util.concurrent.atomic.AtomicReference;

/** A party together with what it publishes: its own record, and perhaps the barrier's name. */
final class NamedParty {
  private final Registry registry;
  private final String name;
  private final BarrierRegion region;
  private final Barrier party;
  private final FileStatus memory;
  private final Publication own;
  private final AtomicReference<Publication> main = new AtomicReference<>();

  private NamedParty(
      Registry registry,
      String name,
      BarrierRegion region,
      Barrier party,
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
    Barrier party = Barrier.joinIn(region);
    try {
      FileStatus memory = region.memory().status();
      Publication own = publishOwn(registry, name, party.place(), region);
      NamedParty named = new NamedParty(registry, name, region, party, memory, own);
      party.onEnd(named::withdraw);
      return named;
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, party::leave);
      throw failure;
    }
  }

  /**
   * Under the usual name, which anybody who looks into the registry understands. Where something
   * that has nothing to do with this barrier has it, another name is as good.
   */
  private static Publication publishOwn(
      Registry registry, String name, int place, BarrierRegion region) {
    String usual = BarrierRecord.partyName(name, place);
    try {
      return registry.publish(BarrierRecord.describeParty(usual, name, place, region));
    } catch (NameInUseException taken) {
      if (!isTakenByAnother(registry, usual, name)) {
        throw taken;
      }
    } catch (RecordException noRecordOfOurs) {
      // A file that somebody put there: it says nothing of this barrier and is in nobody's way.
    }
    String uncommon = BarrierRecord.uncommonPartyName();
    return registry.publish(BarrierRecord.describeParty(uncommon, name, place, region));
  }

  /** False for a party of a barrier of the same name: one of the two barriers gives up. */
  private static boolean isTakenByAnother(Registry registry, String record, String name) {
    return registry
        .find(record)
        .filter(occupant -> !BarrierRecord.isParty(occupant, name))
        .isPresent();
  }

  Barrier party() {
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
    Closing.closeAll(main.getAndSet(null), own);
  }

  /** Leaves a barrier that is not to be, before it took part in any generation. */
  void giveUp() {
    party.leave();
  }
}
