package io.millrace.bridge;

import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.ring.Ring;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/** A publisher of a topic, for each one on the other host. */
final class TopicInlet extends Inlet {
  private static final long JOIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final TopicPublisher publisher;
  private final Ring ring;
  private final OwnGroup own;
  private long doneSince;

  TopicInlet(Registry registry, String topic, int capacity) {
    publisher =
        Topic.publisher(
            registry, topic, PublisherOptions.capacity(capacity).required(OwnGroup.OPTIONS));
    Ring joined = null;
    try {
      joined = registry.joinRing(publisher.service().name());
      own = new OwnGroup(joined);
      ring = joined;
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, joined, publisher);
      throw failure;
    }
  }

  @Override
  long offer(int type, DirectBuffer buffer, int offset, int length) {
    return publisher.offer(type, buffer, offset, length);
  }

  @Override
  int maxMessageLength() {
    return publisher.maxMessageLength();
  }

  @Override
  long ringId() {
    return ring.id();
  }

  @Override
  String service() {
    return publisher.service().name();
  }

  @Override
  void release() {
    own.release();
  }

  /** Those who were there get all of it, however short it was. */
  @Override
  boolean isDone() {
    long now = System.nanoTime();
    doneSince = doneSince == 0 ? now : doneSince;
    return publisher.awaitSubscribers(0) || now - doneSince > JOIN_NANOS;
  }

  @Override
  public void close() {
    Closing.closeAll(own, publisher, ring);
  }
}
