package io.millrace.bridge;

import java.util.Objects;

/**
 * Where carried records come from: a ring, or one publisher of a topic, on the sender's host.
 *
 * @param id what tells it from every other one: {@link io.millrace.ring.Ring#id()}, or the
 *     {@linkplain io.millrace.topic.Origin#instance() instance} of the publisher. With the position
 *     of a record it is the record's number
 * @param kind whether it is a ring of its own or a publisher of a topic
 * @param name the service of the ring, or the name of the topic
 */
public record BridgedSource(long id, Kind kind, String name) {
  /** What a source is. */
  public enum Kind {
    /** A ring of its own. */
    RING,
    /** A publisher of a topic. */
    PUBLISHER
  }

  /** Checks that all is there. */
  public BridgedSource {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
  }
}
