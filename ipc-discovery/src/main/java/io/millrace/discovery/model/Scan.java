package io.millrace.discovery.model;

import java.util.List;

/**
 * What the directory held when it was scanned. Immutable.
 *
 * @param services the services whose publishers were alive, ordered by name
 * @param refusals the records that were skipped because they cannot be trusted
 */
public record Scan(List<Service> services, List<Refusal> refusals) {
  /** Copies the lists. */
  public Scan {
    services = List.copyOf(services);
    refusals = List.copyOf(refusals);
  }
}
