package io.millrace.topic;

import io.millrace.discovery.Acquisition;
import io.millrace.discovery.model.Capabilities;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.discovery.model.Refusal;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.peer.Retry;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.topic.SubscriberOptions.Mode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Joins the rings of publishers, and tries those again that could not be joined. */
final class Joins {
  private final Subscription subscription;
  private final Map<String, Attempt> failed = new HashMap<>();

  /** One that is tried again. */
  private static final class Attempt {
    final Service service;
    final boolean isNew;
    final Retry retry = new Retry(System.nanoTime());

    Attempt(Service service, boolean isNew) {
      this.service = service;
      this.isNew = isNew;
    }
  }

  Joins(Subscription subscription) {
    this.subscription = subscription;
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
      tryToJoin(new Attempt(service, isNew));
    }
  }

  void onDown(Service service) {
    failed.remove(service.name());
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
    for (Attempt attempt : List.copyOf(failed.values())) {
      if (all || attempt.retry.isDue(now)) {
        tryToJoin(attempt);
      }
    }
  }

  /** When to try again, not later than that. */
  long nextTask(long latest, long now) {
    long next = latest;
    for (Attempt attempt : failed.values()) {
      next = Subscription.earlier(next, attempt.retry.due(), now);
    }
    return next;
  }

  private void tryToJoin(Attempt attempt) {
    String name = attempt.service.name();
    try {
      join(attempt);
      failed.remove(name);
    } catch (NoSuchServiceException gone) {
      failed.remove(name); // The watch tells, and tells which process goes on with it.
    } catch (RuntimeException failure) {
      subscription.life().requireOpen();
      failed.put(name, attempt);
      if (attempt.retry.fails(failure)) {
        subscription.news().refused(unknown(attempt.service), failure);
      }
    }
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

  private void join(Attempt attempt) {
    Service service;
    Ring ring;
    try (Acquisition acquisition = subscription.registry().acquire(attempt.service.name())) {
      service = acquisition.service();
      ring = acquisition.takeRing();
    }
    Source joined = null;
    try {
      joined = join(service, ring, attempt.isNew);
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
