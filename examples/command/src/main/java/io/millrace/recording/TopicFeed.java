package io.millrace.recording;

import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.NoSuchServiceException;
import io.millrace.os.Closing;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.topic.Ending;
import io.millrace.topic.Origin;
import io.millrace.topic.SubscriberOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicListener;
import io.millrace.topic.TopicSubscriber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** All publishers of a topic. */
final class TopicFeed implements Feed, TopicListener {
  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private final Registry registry;
  private final String topic;
  private final String group;
  private final Sink sink;
  private final TopicSubscriber subscriber;
  private final RecordHandler handler;
  private final Map<Long, Journal.Entry> entries = new HashMap<>();

  // Of the record before: mostly the next one has the same.
  private Origin lastOrigin;
  private Journal.Entry lastEntry;

  TopicFeed(Registry registry, String topic, RecorderOptions options, Sink sink) {
    this.registry = registry;
    this.topic = topic;
    this.sink = sink;
    group = options.group();
    subscriber = Topic.subscriber(registry, topic, how(options).listener(this));
    handler =
        (type, buffer, offset, length) ->
            sink.take(entry(), subscriber.recordPosition(), type, buffer, offset, length);
    sink.waitFor(subscriber.waitForRecords());
  }

  static boolean canBeTopic(String name) {
    return TOPIC.matcher(name).matches();
  }

  private static SubscriberOptions how(RecorderOptions options) {
    if (options.isLossy()) {
      return SubscriberOptions.lossy();
    }
    GroupOptions retained = GroupOptions.named(options.group()).retained();
    return SubscriberOptions.group(
        options.isStartingAtOldest() ? retained.startingAtOldest() : retained);
  }

  private Journal.Entry entry() {
    Origin origin = subscriber.origin();
    if (origin != lastOrigin) {
      lastOrigin = origin;
      lastEntry = entry(origin);
    }
    return lastEntry;
  }

  private Journal.Entry entry(Origin origin) {
    return entries.computeIfAbsent(origin.instance(), instance -> sink.opened(source(origin)));
  }

  private RecordedSource source(Origin origin) {
    return new RecordedSource(
        origin.instance(), RecordedSource.Kind.PUBLISHER, topic, origin.name(), origin.pid(), 0);
  }

  @Override
  public int poll(int limit) {
    return subscriber.poll(handler, limit);
  }

  /** The subscriber does it while it is polled. */
  @Override
  public void look() {}

  @Override
  public void onCame(Origin publisher) {
    entry(publisher);
  }

  @Override
  public void onEnded(Origin publisher, Ending how) {
    Journal.Entry ended = entries.remove(publisher.instance());
    lastOrigin = null;
    if (ended != null) {
      sink.ended(ended);
    }
  }

  @Override
  public void onLost(Origin publisher, long bytes) {
    sink.lost(entry(publisher), bytes);
  }

  @Override
  public void onRefused(Origin publisher, RuntimeException why) {
    sink.refused(topic, why);
  }

  @Override
  public void release() {
    List<Origin> publishers = subscriber.publishers();
    close();
    for (Origin publisher : publishers) {
      try (Ring ring = registry.joinRing(publisher.name())) {
        ring.removeGroup(group);
      } catch (NoSuchServiceException gone) {
        continue; // And its group with it.
      } catch (MillraceException failure) {
        sink.refused(topic, failure);
      }
    }
  }

  @Override
  public void close() {
    Closing.closeAll(() -> sink.waitNoMore(subscriber.waitForRecords()), subscriber);
  }
}
