package io.millrace.discovery;

import io.millrace.discovery.model.Refusal;
import java.util.List;

/**
 * What an onlooker found in a registry. Immutable.
 *
 * @param services the services, those of dead publishers too, ordered by name
 * @param refusals the records that cannot be trusted, ordered by name
 */
public record Sightings(List<Sighting> services, List<Refusal> refusals) {
  /** Copies the lists. */
  public Sightings {
    services = List.copyOf(services);
    refusals = List.copyOf(refusals);
  }
}
