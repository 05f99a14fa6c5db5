package io.millrace.barrier;

import io.millrace.discovery.Capabilities;
import io.millrace.discovery.DescriptorKind;
import io.millrace.discovery.Service;
import io.millrace.discovery.ServiceDescriptor;
import io.millrace.discovery.ServiceSpec;
import io.millrace.os.FileStatus;
import java.util.List;

/** What the registry's records of a barrier say. */
final class BarrierRecord {
  private static final String KIND = "barrier";
  private static final String PARTIES = "parties";
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

  /** The name of the record that the party at a place publishes. */
  static String partyName(String name, int place) {
    return name + PARTY_SUFFIX + place;
  }

  static boolean isParty(Service service, String name) {
    return isBarrier(service) && service.name().startsWith(name + PARTY_SUFFIX);
  }

  static ServiceSpec describe(String recordName, BarrierRegion region) {
    return ServiceSpec.named(recordName)
        .kind(KIND)
        .capabilities(Capabilities.none().with(PARTIES, region.parties()))
        .descriptor(region.memory().number(), DescriptorKind.MEMORY)
        .descriptor(region.event().descriptor().number(), DescriptorKind.EVENT);
  }

  /** Refuses a service that is no barrier, or one of another number of parties. */
  static void check(Service service, String name, int parties) {
    requireBarrier(service);
    long published = service.capabilities().number(PARTIES, 0);
    if (published != parties) {
      throw new IllegalArgumentException(
          "barrier " + name + " has " + published + " parties, not " + parties);
    }
  }

  static void requireBarrier(Service service) {
    if (!isBarrier(service)) {
      throw new IllegalStateException(
          "service " + service.name() + " is no barrier but of kind \"" + service.kind() + "\"");
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
