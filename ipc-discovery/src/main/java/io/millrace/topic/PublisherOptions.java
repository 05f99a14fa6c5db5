package io.millrace.topic;

import io.millrace.discovery.model.AccessRule;
import io.millrace.discovery.model.Capabilities;
import io.millrace.message.MessageSchema;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The options of a publisher of a topic. Immutable; for example:
 *
 * <pre>{@code
 * PublisherOptions.capacity(1 << 20).required(GroupOptions.named("audit")).history(1 << 16)
 * }</pre>
 *
 * @param ring the size and shape of its ring; it gets a single producer whatever this says
 * @param required groups that lose nothing: made before the first record, and kept while nobody is
 *     in them
 * @param history how far the publisher keeps its newest records for late subscribers, in bytes of
 *     the stream
 * @param capabilities what subscribers are told of the publisher
 * @param access which users' processes get the ring, to read it and to write to it; their own
 *     user's always do
 * @param schema what its records are, or null: carried along with its ring, with the fingerprint as
 *     the capability {@link Capabilities#SCHEMA}
 */
public record PublisherOptions(
    RingOptions ring,
    List<GroupOptions> required,
    int history,
    Capabilities capabilities,
    AccessRule access,
    MessageSchema schema) {
  /**
   * Checks them, and makes all required groups retained ones.
   *
   * @throws IllegalArgumentException if the history is negative or more than a quarter of the
   *     capacity, a group's name begins with {@code millrace-}, or a key of the capabilities is
   *     {@code topic} or begins with {@code publisher.}
   * @throws NullPointerException if something but the schema is null
   */
  public PublisherOptions {
    ring = ring.forSingleProducer();
    required = required.stream().map(GroupOptions::retained).toList();
    required.forEach(group -> ReservedGroups.refuse(group.name()));
    Objects.requireNonNull(capabilities, "capabilities");
    Objects.requireNonNull(access, "access");
    if (history < 0 || history > ring.capacity() / 4) {
      throw new IllegalArgumentException(
          "a history of "
              + history
              + " bytes: it can be 0 to a quarter of the capacity, "
              + ring.capacity() / 4);
    }
    for (String key : capabilities.asMap().keySet()) {
      if (TopicRecord.isReserved(key)) {
        throw new IllegalArgumentException("capability \"" + key + "\" is the topic's own");
      }
    }
  }

  /**
   * Default options: no required groups, no history, places for 16 groups, 32 consumers and 8
   * sleepers.
   *
   * @param capacity bytes of records, a power of two from 64 KiB to 512 MiB
   * @return the options
   */
  public static PublisherOptions capacity(int capacity) {
    return ring(RingOptions.capacity(capacity));
  }

  /**
   * A ring of another shape.
   *
   * @param options its size and shape
   * @return the options
   */
  public static PublisherOptions ring(RingOptions options) {
    return new PublisherOptions(
        options, List.of(), 0, Capabilities.none(), AccessRule.users(), null);
  }

  /**
   * With one required group more: it gets every record from the first one on, also those that come
   * before any subscriber of it, and holds the publisher back while it does not read.
   *
   * @param group which; made {@linkplain GroupOptions#retained() retained}
   * @return new options
   */
  public PublisherOptions required(GroupOptions group) {
    List<GroupOptions> more = new ArrayList<>(required);
    more.add(group);
    return new PublisherOptions(ring, more, history, capabilities, access, schema);
  }

  /**
   * With a history: a late subscriber whose group {@linkplain GroupOptions#startingAtOldest()
   * starts at the oldest record} gets at least so much of what came before it.
   *
   * @param bytes how much of the stream, headers included; at most a quarter of the capacity
   * @return new options
   */
  public PublisherOptions history(int bytes) {
    return new PublisherOptions(ring, required, bytes, capabilities, access, schema);
  }

  /**
   * With something that subscribers are told of the publisher.
   *
   * @param what keys and values
   * @return new options
   */
  public PublisherOptions capabilities(Capabilities what) {
    return new PublisherOptions(ring, required, history, what, access, schema);
  }

  /**
   * With subscribers of other users, who can find the publisher only in a registry whose directory
   * they may read. Subscribers that go on with its ring need the same rule: {@link
   * SubscriberOptions#access}.
   *
   * @param rule which users, by user or by group
   * @return new options
   */
  public PublisherOptions access(AccessRule rule) {
    return new PublisherOptions(ring, required, history, capabilities, rule, schema);
  }

  /**
   * With a schema, by which others read the records without the interface, as {@code millrace tail}
   * does, and by which those who have another version of it notice: {@link
   * SubscriberOptions#schema}.
   *
   * @param what what the records are, as {@code MessageSchema.of(Orders.class)}
   * @return new options
   */
  public PublisherOptions schema(MessageSchema what) {
    return new PublisherOptions(
        ring, required, history, capabilities, access, Objects.requireNonNull(what, "schema"));
  }
}
