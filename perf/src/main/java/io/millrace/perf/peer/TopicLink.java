package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.WaitStrategy;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import io.millrace.topic.TopicSubscriber;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/** A topic of Millrace: every sender has a ring of its own. */
final class TopicLink implements Link {
  private static final int TYPE = 1;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("capacity", place.capacity());
    settings.put("claim", "a ring for each sender");
    settings.put("wait", place.waits() == Waits.SPIN ? "poll" : "WaitStrategy.blocking()");
    return settings;
  }

  private static Registry registry(LinkPlace place) {
    return Registry.open(place.directory().resolve("registry"));
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    Registry registry = registry(place);
    return new End(
        registry,
        Topic.subscriber(registry, place.name(), GroupOptions.named("group-0")),
        place.waits() == Waits.BLOCK);
  }

  @Override
  public Sender sender(LinkPlace place) {
    Registry registry = registry(place);
    return new Start(
        registry,
        Topic.publisher(registry, place.name(), PublisherOptions.capacity(place.capacity())));
  }

  /** A receiving end. */
  private static final class End implements Receiver {
    private final Registry registry;
    private final TopicSubscriber subscriber;
    private final boolean sleeps;
    private final WaitStrategy blocking = WaitStrategy.blocking();
    private Sink sink;
    private final RecordHandler handler =
        (type, buffer, offset, length) -> sink.onMessage(buffer, offset, length);

    End(Registry registry, TopicSubscriber subscriber, boolean sleeps) {
      this.registry = registry;
      this.subscriber = subscriber;
      this.sleeps = sleeps;
    }

    @Override
    public int poll(Sink messages, int limit) {
      sink = messages;
      return sleeps
          ? subscriber.poll(handler, limit, blocking, SLEEP_NANOS)
          : subscriber.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(subscriber, registry);
    }
  }

  /** A sending end. */
  private record Start(Registry registry, TopicPublisher publisher) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      return publisher.offer(TYPE, source, offset, length) >= 0;
    }

    /** A publisher keeps its first records for a while only, and a subscriber joins in a poll. */
    @Override
    public void awaitReceiver() {
      if (!publisher.awaitSubscribers(PATIENCE_NANOS)) {
        throw new IllegalStateException("the subscriber does not join");
      }
    }

    @Override
    public void close() {
      CloseHelper.closeAll(publisher, registry);
    }
  }
}
