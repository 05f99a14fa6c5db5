package io.millrace.topic;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.peer.Joiner;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.topic.SubscriberOptions.Mode;

/** Joins the rings of publishers, and tries those again that could not be joined. */
final class Joins {
  private final Subscription subscription;
  private final Joiner<Came> joiner;

  /**
   * One that is to be joined.
   *
   * @param isNew it came when the subscriber was there
   */
  private record Came(Service service, boolean isNew) {}

  Joins(Subscription subscription) {
    this.subscription = subscription;
    joiner =
        new Joiner<>(
            subscription.life(),
            this::join,
            failure -> false,
            (name, came, failure) -> subscription.news().refused(unknown(came.service()), failure));
  }

  /**
   * A ring is published.
   *
   * @param isNew it came when the subscriber was there
   */
  void onUp(Service service, boolean isNew) {
    Sources sources = subscription.sources();
    Source known = sources.get(service.name());
    if (known != null && known.isSameMemory(service)) {
      known.listed = true;
    } else if (known == null && !sources.wasLeft(service.name())) {
      joiner.begin(service.name(), new Came(service, isNew));
    }
  }

  void onDown(Service service) {
    joiner.forget(service.name());
  }

  /** A record that cannot be trusted. */
  void onRefused(Refusal refusal) {
    Origin nobody = new Origin(subscription.topic(), refusal.name(), 0, 0, 0, Capabilities.none());
    subscription.news().refused(nobody, refusal.reason());
  }

  /**
   * Tries those again whose time has come.
   *
   * @param all and the others, too
   */
  void tryAgain(long now, boolean all) {
    joiner.tryAgain(now, all);
  }

  /** When to try again, not later than that. */
  long nextTask(long latest, long now) {
    return joiner.next(latest, now);
  }

  /** Not what the record says of another process: that may be what is wrong with it. */
  private Origin unknown(Service one) {
    return new Origin(
        subscription.topic(),
        one.name(),
        one.pid(),
        one.instance(),
        one.generation(),
        Capabilities.none());
  }

  private void join(String name, Came came) {
    Service service;
    Ring ring;
    try (Acquisition acquisition = subscription.registry().acquire(name)) {
      service = acquisition.service();
      ring = acquisition.takeRing();
    }
    Source joined = null;
    try {
      joined = join(service, ring, came.isNew());
      subscription.sources().add(joined);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, joined == null ? ring : joined);
      throw failure;
    }
    if (joined.isRead()) {
      subscription.news().came(joined);
    }
  }

  private Source join(Service service, Ring ring, boolean isNew) {
    String topic = subscription.topic();
    SubscriberOptions options = subscription.options();
    if (!TopicRecord.isOf(service, topic)) {
      throw new DiscoveryException("service " + service.name() + " is not of topic " + topic);
    }
    if (options.schema() != null) {
      options.schema().requireCompatible(ring);
    }
    // Another one of the group may have been there before the publisher, and be slower to join.
    boolean fromFirst =
        isNew || subscription.roster().fellows().stream().anyMatch(subscription::isOfSameGroup);
    GroupOptions group = fromFirst ? options.group().startingAtOldest() : options.group();
    long ended = TopicRecord.ended(service);
    boolean isOwed = isNew && ended == 0;
    Source joined = new Source(TopicRecord.origin(topic, service), service, ring, group, isOwed);
    if (options.mode() == Mode.LOSSY) {
      joined.observe();
    } else if (options.mode() == Mode.GROUP) {
      joined.consume();
    } else {
      ring.addGroup(group); // The competitor that is to read it may take its time.
    }
    if (ended != 0) {
      joined.ends(
          TopicRecord.isWithdrawn(service) ? Ending.WITHDRAWN : Ending.DIED,
          Math.min(ended, System.currentTimeMillis()));
    }
    return joined;
  }
}
