package io.millrace.discovery.model;

import java.util.List;

/**
 * What the directory of a registry held when it was scanned. Immutable.
 *
 * @param services the services, ordered by name; those of dead publishers, too, if who looked
 *     leaves their records where they are
 * @param refusals the records that cannot be trusted, ordered by name
 */
public record Scan(List<Sighting> services, List<Refusal> refusals) {
  /** Copies the lists. */
  public Scan {
    services = List.copyOf(services);
    refusals = List.copyOf(refusals);
  }
}
