package io.millrace.discovery.model;

import java.time.Instant;
import java.util.Objects;

/**
 * A service that was found in a directory. Immutable.
 *
 * @param service what its record says
 * @param isAlive whether its publisher lives; a dead one's record stays until somebody who takes
 *     part in the registry, and may remove it, meets it
 * @param since when it was published, or taken over or handed on for the last time
 */
public record Sighting(Service service, boolean isAlive, Instant since) {
  /** Refuses null. */
  public Sighting {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(since, "since");
  }
}
