package io.millrace.recording;

import io.millrace.discovery.Registry;
import io.millrace.ring.WaitStrategy;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/** A publisher of a topic, for each one that was recorded. */
final class TopicTarget implements Target {
  private static final long JOIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String topic;
  private final TopicPublisher publisher;

  TopicTarget(Registry registry, String topic, int capacity) {
    this.topic = topic;
    publisher = Topic.publisher(registry, topic, PublisherOptions.capacity(capacity));
  }

  @Override
  public String name() {
    return topic;
  }

  @Override
  public boolean offer(int type, DirectBuffer buffer, int offset, int length, long timeoutNanos) {
    return publisher.offer(type, buffer, offset, length, WaitStrategy.blocking(), timeoutNanos)
        >= 0;
  }

  @Override
  public boolean hasReader() {
    return publisher.counters().groups().stream()
        .anyMatch(group -> !group.name().startsWith("millrace-"));
  }

  /** Those who were there get all of it, however short it was. */
  @Override
  public void close() {
    try {
      publisher.awaitSubscribers(JOIN_NANOS);
    } finally {
      publisher.close();
    }
  }
}
