package io.millrace.cli;

import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.discovery.model.Sighting;
import io.millrace.discovery.model.Transfer;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * A service as it is printed.
 *
 * @param name its name
 * @param kind what it is
 * @param state {@code alive} or {@code dead}
 * @param pid its publisher
 * @param foreign true if it is in another pid namespace
 * @param command that process's command line, empty if it is not visible
 * @param uid that process's user
 * @param since when it was published
 * @param ageSeconds how long ago that is
 * @param generation how often it has changed hands, from 1
 * @param bytes the size of its memory
 * @param descriptors how many there are
 * @param transfer how descriptors would come to this process: {@code pidfd}, {@code socket} or
 *     {@code none}
 * @param capabilities what its publisher says of it
 */
record ServiceLine(
    String name,
    String kind,
    String state,
    int pid,
    boolean foreign,
    String command,
    int uid,
    String since,
    long ageSeconds,
    long generation,
    long bytes,
    int descriptors,
    String transfer,
    Map<String, String> capabilities) {
  static ServiceLine of(RegistryView view, Sighting sighting) {
    Service service = sighting.service();
    return new ServiceLine(
        service.name(),
        service.kind(),
        sighting.isAlive() ? "alive" : "dead",
        service.pid(),
        Processes.isForeign(service.pidNamespace()),
        Processes.command(service),
        service.uid(),
        sighting.since().toString(),
        Math.max(0, Duration.between(sighting.since(), Instant.now()).toSeconds()),
        service.generation(),
        bytes(service),
        service.descriptors().size(),
        sighting.isAlive() ? way(view, service) : "none",
        service.capabilities().asMap());
  }

  static long bytes(Service service) {
    return service.descriptors().stream().mapToLong(ServiceDescriptor::size).sum();
  }

  private static String way(RegistryView view, Service service) {
    return view.transferTo(service).map(Transfer::name).orElse("none").toLowerCase(Locale.ROOT);
  }
}
