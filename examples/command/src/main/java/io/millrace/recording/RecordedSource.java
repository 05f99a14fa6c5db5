package io.millrace.recording;

import java.util.Objects;

/**
 * Where recorded records came from: a ring, or one publisher of a topic.
 *
 * @param id what tells this source from every other one: {@link io.millrace.ring.Ring#id()}, or the
 *     {@linkplain io.millrace.topic.Origin#instance() instance} of the publisher. With the position
 *     of a record it is the record's number
 * @param kind whether it is a ring of its own or a publisher of a topic
 * @param name the service of the ring, or the name of the topic
 * @param service the service of the ring; of a publisher, the one that its ring was found under
 * @param pid the process that published it, in its own pid namespace; 0 if that is not known
 * @param capacity of the ring in bytes; 0 if that is not known
 */
public record RecordedSource(
    long id, Kind kind, String name, String service, int pid, int capacity) {
  /** What a source is. */
  public enum Kind {
    /** A ring of its own. */
    RING,
    /** A publisher of a topic. */
    PUBLISHER
  }

  /** Checks that all is there. */
  public RecordedSource {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(service, "service");
  }
}
