package io.millrace.bridge;

import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.RingPoller;
import io.millrace.topic.Ending;
import io.millrace.topic.Origin;
import io.millrace.topic.SubscriberOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicListener;
import io.millrace.topic.TopicSubscriber;
import java.util.HashMap;
import java.util.Map;

/** All publishers of a topic. */
final class TopicOutlet implements Outlet, TopicListener {
  private final String topic;
  private final Wire wire;
  private final BridgeListener listener;
  private final TopicSubscriber subscriber;
  private final RecordHandler handler;
  private final Map<Origin, Sent> publishers = new HashMap<>();
  private boolean allDescribed;

  // Of the record before: mostly the next one has the same.
  private Origin lastOrigin;
  private Sent last;

  TopicOutlet(Registry registry, String topic, BridgeSenderOptions options, Wire wire) {
    this.topic = topic;
    this.wire = wire;
    listener = options.listener();
    GroupOptions group = GroupOptions.named(options.group()).retained().acknowledged();
    subscriber =
        Topic.subscriber(
            registry,
            topic,
            SubscriberOptions.group(options.isStartingAtOldest() ? group.startingAtOldest() : group)
                .listener(this));
    handler =
        (type, buffer, offset, length) ->
            wire.record(sent(), subscriber.recordPosition(), type, buffer, offset, length);
  }

  void waitWith(RingPoller poller) {
    poller.add(subscriber.waitForRecords(), () -> {});
  }

  private Sent sent() {
    Origin origin = subscriber.origin();
    if (origin != lastOrigin) {
      lastOrigin = origin;
      last = sent(origin);
    }
    return last;
  }

  private Sent sent(Origin origin) {
    return publishers.computeIfAbsent(
        origin,
        added ->
            new Sent(new BridgedSource(origin.instance(), BridgedSource.Kind.PUBLISHER, topic)));
  }

  @Override
  public int poll(int limit) {
    if (!allDescribed) {
      subscriber.publishers().forEach(this::sent);
    }
    describe();
    if (!allDescribed) {
      wire.all(topic);
      allDescribed = true;
    }
    int count = subscriber.poll(handler, limit);
    tellEnded();
    return count;
  }

  private void describe() {
    for (Sent one : publishers.values()) {
      if (!one.isDescribed) {
        wire.describe(one);
        listener.onSource(one.source);
      }
    }
  }

  private void tellEnded() {
    var all = publishers.values().iterator();
    while (all.hasNext()) {
      Sent one = all.next();
      if (one.hasEnded && one.isConfirmed()) {
        wire.ended(one);
        all.remove();
        lastOrigin = null;
        listener.onEnded(one.source);
      }
    }
  }

  @Override
  public void confirm(long recorded) {
    for (Map.Entry<Origin, Sent> one : publishers.entrySet()) {
      long position = one.getValue().takeConfirmed(recorded);
      if (position >= 0) {
        subscriber.acknowledge(one.getKey(), position);
      }
    }
  }

  @Override
  public void onCame(Origin publisher) {
    sent(publisher);
  }

  @Override
  public void onEnded(Origin publisher, Ending how) {
    sent(publisher).hasEnded = true;
  }

  @Override
  public void onLost(Origin publisher, long bytes) {
    listener.onLost(topic, bytes);
  }

  @Override
  public void onRefused(Origin publisher, RuntimeException why) {
    listener.onRefused(topic, why);
  }

  @Override
  public void close() {
    Closing.closeAll(subscriber);
  }
}
