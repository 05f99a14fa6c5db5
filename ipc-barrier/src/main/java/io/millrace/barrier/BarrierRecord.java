package io.millrace.barrier;

import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.os.FileStatus;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What the registry's records of a barrier say. */
final class BarrierRecord {
  private static final String KIND = "barrier";
  private static final String PARTIES = "parties";
  private static final String BARRIER = "barrier";
  private static final String PARTY = "party";
  private static final String PARTY_SUFFIX = ".party-";
  private static final int MAX_NAME = 128 - PARTY_SUFFIX.length() - 3;

  private BarrierRecord() {}

  static String requireName(String name) {
    if (name.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "the name of a barrier has at most "
              + MAX_NAME
              + " characters, not "
              + name.length()
              + ": "
              + name);
    }
    ServiceSpec.named(name); // Checks the characters.
    return name;
  }

  /** The name of the record that the party at a place publishes, unless it is taken. */
  static String partyName(String name, int place) {
    return name + PARTY_SUFFIX + place;
  }

  /** Its name where something that is not of this barrier has the usual one. */
  static String uncommonPartyName() {
    return String.format("party-%016x", ThreadLocalRandom.current().nextLong());
  }

  /** Told by what the record says: its name alone may be that of anything. */
  static boolean isParty(Service service, String name) {
    return isBarrier(service)
        && service.capabilities().text(BARRIER, "").equals(name)
        && isAnyParty(service);
  }

  private static boolean isAnyParty(Service service) {
    return service.capabilities().asMap().containsKey(PARTY);
  }

  /** What is published under the name of the barrier. */
  static ServiceSpec describe(String name, BarrierRegion region) {
    return describe(name, region, capabilities(name, region));
  }

  /** What a party publishes. */
  static ServiceSpec describeParty(
      String recordName, String name, int place, BarrierRegion region) {
    return describe(recordName, region, capabilities(name, region).with(PARTY, place));
  }

  private static Capabilities capabilities(String name, BarrierRegion region) {
    return Capabilities.none().with(PARTIES, region.parties()).with(BARRIER, name);
  }

  private static ServiceSpec describe(
      String recordName, BarrierRegion region, Capabilities capabilities) {
    return ServiceSpec.named(recordName)
        .kind(KIND)
        .capabilities(capabilities)
        .descriptor(region.memory().number(), DescriptorKind.MEMORY)
        .descriptor(region.event().descriptor().number(), DescriptorKind.EVENT);
  }

  /** Refuses a service that is not the barrier of a name, or one of another number of parties. */
  static void check(Service service, String name, int parties) {
    requireBarrier(service, name);
    long published = service.capabilities().number(PARTIES, 0);
    if (published != parties) {
      throw new IllegalArgumentException(
          "barrier " + name + " has " + published + " parties, not " + parties);
    }
  }

  /** Refuses a service that is not of the barrier of a name. */
  static void requireBarrier(Service service, String name) {
    if (!isBarrier(service)) {
      throw new IllegalStateException(
          "service " + service.name() + " is no barrier but of kind \"" + service.kind() + "\"");
    }
    String barrier = service.capabilities().text(BARRIER, "");
    if (!barrier.equals(name)) {
      throw new IllegalStateException(
          "the name "
              + name
              + " is taken by a party of barrier \""
              + barrier
              + "\": take another name for this barrier");
    }
  }

  static boolean isOf(Service service, FileStatus memory) {
    if (!isBarrier(service)) {
      return false;
    }
    ServiceDescriptor published = service.descriptors().get(0);
    return published.device() == memory.device() && published.inode() == memory.inode();
  }

  private static boolean isBarrier(Service service) {
    List<ServiceDescriptor> descriptors = service.descriptors();
    return KIND.equals(service.kind())
        && descriptors.size() == 2
        && descriptors.get(0).kind() == DescriptorKind.MEMORY
        && descriptors.get(1).kind() == DescriptorKind.EVENT;
  }
}
