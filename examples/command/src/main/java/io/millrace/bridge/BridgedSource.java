package io.millrace.bridge;

import io.millrace.discovery.model.Service;
import java.util.Objects;
import java.util.regex.Pattern;

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

  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  static boolean canBeTopic(String name) {
    return TOPIC.matcher(name).matches();
  }

  static Kind kind(int number) {
    if (number < 0 || number >= Kind.values().length) {
      throw new IllegalArgumentException("no kind of source: " + number);
    }
    return Kind.values()[number];
  }

  /** Whether there can be such a source. */
  static boolean canBe(int kind, String name) {
    return kind == Kind.RING.ordinal() && Service.isName(name)
        || kind == Kind.PUBLISHER.ordinal() && canBeTopic(name);
  }

  /** Checks that all is there. */
  public BridgedSource {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
  }
}
