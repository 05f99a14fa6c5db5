package io.millrace.topic;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.NameInUseException;
import io.millrace.discovery.model.Service;
import io.millrace.os.Deadline;
import java.util.concurrent.TimeUnit;

/**
 * Goes on with what publishers leave that have ended: delivers all of it, tells of the end, and
 * keeps and publishes the ring as long as required groups need it.
 */
final class Succession {
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Subscription subscription;
  private final long lingerNanos;

  Succession(Subscription subscription) {
    this.subscription = subscription;
    lingerNanos = Deadline.nanos(subscription.options().linger());
  }

  /** Nobody publishes the ring any more. */
  void onDown(Service service, Departure reason) {
    Source source = subscription.sources().get(service.name());
    if (source != null && source.isSameMemory(service)) {
      source.listed = false;
      source.due = System.nanoTime();
      if (!source.gone) {
        source.ends(
            reason == Departure.WITHDRAWN ? Ending.WITHDRAWN : Ending.DIED,
            System.currentTimeMillis());
      }
    }
  }

  /** Looks at those whose time has come. */
  void settleAll(long now) {
    for (Source source : subscription.sources().copy()) {
      if (source.gone && now - source.due >= 0) {
        settle(source, now);
      }
    }
    subscription.sources().forget(now, lingerNanos);
  }

  private void settle(Source source, long now) {
    // In this order: once nobody writes any more, all that was written can be seen.
    if (source.hasProducer()) {
      source.due = now + SOON_NANOS;
      return;
    }
    if (!source.told && source.isDelivered()) {
      source.told = true;
      if (source.isRead()) {
        subscription.news().ended(source.origin, source.how);
      }
    }
    long passed = System.currentTimeMillis() - source.endedMillis;
    boolean lingers = passed < TimeUnit.NANOSECONDS.toMillis(lingerNanos);
    if (source.isNeeded() && lingers) {
      if (!source.listed) {
        goOnWith(source);
      }
    } else if (source.told) {
      subscription.sources().leave(source);
      return;
    }
    source.due = now + (source.told ? LATER_NANOS : SOON_NANOS);
  }

  /** So that those find the ring who come later and have a required group to read. */
  private void goOnWith(Source source) {
    try {
      source.publication =
          subscription
              .registry()
              .publish(
                  TopicPublisher.describe(
                          source.origin.name(), source.ring, subscription.options().access())
                      .capabilities(
                          TopicRecord.continued(source.origin, source.endedMillis, source.how)));
      source.listed = true;
    } catch (NameInUseException another) {
      return; // The watch tells of it, and when it goes; tried again until it has.
    } catch (RuntimeException failure) {
      subscription.life().requireOpen();
      subscription.news().refused(source.origin, failure);
    }
  }
}
