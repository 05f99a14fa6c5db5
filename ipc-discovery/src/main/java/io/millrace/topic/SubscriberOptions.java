package io.millrace.topic;

import io.millrace.discovery.model.AccessRule;
import io.millrace.message.MessageSchema;
import io.millrace.ring.GroupOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * The options of a subscriber. Immutable; for example:
 *
 * <pre>{@code
 * SubscriberOptions.group(GroupOptions.named("screen")).listener(news)
 * SubscriberOptions.competing("workers")
 * SubscriberOptions.lossy()
 * }</pre>
 *
 * @param mode how records are shared out
 * @param group the group that is joined in every publisher's ring; ignored by a lossy one
 * @param linger how long, after a publisher's end, this subscriber keeps its ring for the required
 *     groups that have not read all of it
 * @param listener is told what becomes of publishers
 * @param access which users' processes get, from this subscriber, the ring of a publisher that has
 *     ended; their own user's always do
 * @param schema what it reads, or null: publishers that carry a schema whose messages it would
 *     misunderstand are refused
 */
public record SubscriberOptions(
    Mode mode,
    GroupOptions group,
    Duration linger,
    TopicListener listener,
    AccessRule access,
    MessageSchema schema) {
  private static final Duration LINGER = Duration.ofSeconds(30);

  /** How records are shared out. */
  public enum Mode {
    /** Every record, alone in its group, or as one of those who share it. */
    GROUP,
    /** Each publisher is read by one subscriber of the group at a time. */
    COMPETING,
    /** Holds nobody back, and is told what it lost. */
    LOSSY
  }

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if a group's name begins with {@code millrace-}
   * @throws NullPointerException if something but the schema is null
   */
  public SubscriberOptions {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(linger, "linger");
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(access, "access");
    if (mode != Mode.LOSSY) {
      ReservedGroups.refuse(group.name());
    }
    if (mode == Mode.COMPETING) {
      group = GroupOptions.named(group.name()).retained();
    }
  }

  /**
   * Joins a group in the ring of every publisher. Alone in it, this subscriber gets every record,
   * those of each publisher in their order; in a {@linkplain GroupOptions#shared() shared} one,
   * each record goes to one of all who are in it, and order is given up. A group that starts
   * {@linkplain GroupOptions#startingAtOldest() at the oldest record} gets the history of the
   * publishers that are there already; those that come later are read from their first record in
   * any case.
   *
   * @param group which, and what it is like
   * @return the options
   */
  public static SubscriberOptions group(GroupOptions group) {
    return of(Mode.GROUP, group);
  }

  /**
   * Competes with all subscribers that name the same group: each publisher is read by one of them
   * at a time, so the order of its records is kept. They share the publishers out evenly; when one
   * of them dies or leaves, others go on where it was. The group is kept while nobody is in it, and
   * holds publishers back then.
   *
   * @param group its name
   * @return the options
   */
  public static SubscriberOptions competing(String group) {
    return of(Mode.COMPETING, GroupOptions.named(group));
  }

  /**
   * Observes: holds nobody back, takes no place in the rings, sees the records from its joining on,
   * and is told what it lost.
   *
   * @return the options
   */
  public static SubscriberOptions lossy() {
    return of(Mode.LOSSY, GroupOptions.named("none"));
  }

  private static SubscriberOptions of(Mode mode, GroupOptions group) {
    return new SubscriberOptions(mode, group, LINGER, TopicListener.NONE, AccessRule.users(), null);
  }

  /**
   * With another linger time; the default is 30 seconds.
   *
   * @param time how long to keep the ring of a publisher that has ended, for required groups that
   *     have not read all of it; zero or less not at all
   * @return new options
   */
  public SubscriberOptions linger(Duration time) {
    return new SubscriberOptions(mode, group, time, listener, access, schema);
  }

  /**
   * With a listener.
   *
   * @param news is told what becomes of publishers
   * @return new options
   */
  public SubscriberOptions listener(TopicListener news) {
    return new SubscriberOptions(mode, group, linger, news, access, schema);
  }

  /**
   * With subscribers of other users that may get the ring of a publisher that has ended from this
   * one; usually the rule is that of the publisher, {@link PublisherOptions#access}.
   *
   * @param rule which users, by user or by group
   * @return new options
   */
  public SubscriberOptions access(AccessRule rule) {
    return new SubscriberOptions(mode, group, linger, listener, rule, schema);
  }

  /**
   * With a schema: a publisher that carries another one, whose messages would be misunderstood, is
   * not read, and the listener is {@linkplain TopicListener#onRefused told} with both. One that
   * carries none is read.
   *
   * @param what what is read, as {@code MessageSchema.of(Orders.class)}
   * @return new options
   */
  public SubscriberOptions schema(MessageSchema what) {
    return new SubscriberOptions(
        mode, group, linger, listener, access, Objects.requireNonNull(what, "schema"));
  }
}
