package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.link.MessageSource;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Seat;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.ring.Batch;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/** A ring of Millrace, found by name. */
final class MillraceLink implements Link {
  private static final int TYPE = 1;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("capacity", place.capacity());
    settings.put("claim", place.sends() == Sends.SINGLE ? "single producer" : "many producers");
    settings.put("wait", place.waits() == Waits.SPIN ? "poll" : "WaitStrategy.blocking()");
    return settings;
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    return receiver(place, new Seat(0, 0, false));
  }

  @Override
  public Receiver receiver(LinkPlace place, Seat seat) {
    Registry registry = registry(place);
    Ring ring = seat.isFirst() ? publish(registry, place) : registry.joinRing(place.name());
    return receiver(registry, ring, place, seat);
  }

  static Receiver receiver(Registry registry, Ring ring, LinkPlace place, Seat seat) {
    GroupOptions group = GroupOptions.named("group-" + seat.group());
    return new End(
        registry, ring, seat.competes() ? group.shared() : group, place.waits() == Waits.BLOCK);
  }

  static Ring create(LinkPlace place) {
    RingOptions options = RingOptions.capacity(place.capacity()).name(place.name());
    return Ring.create(place.sends() == Sends.SINGLE ? options.forSingleProducer() : options);
  }

  /** The first who receives makes the ring. */
  static Ring publish(Registry registry, LinkPlace place) {
    Ring ring = create(place);
    registry.publish(place.name(), ring, Capabilities.none());
    return ring;
  }

  @Override
  public Sender sender(LinkPlace place) throws InterruptedException {
    Registry registry = registry(place);
    return sender(registry, join(registry, place), place);
  }

  static Sender sender(Registry registry, Ring ring, LinkPlace place) {
    return new Start(registry, ring, ring.addProducer(), place.length());
  }

  static Ring join(Registry registry, LinkPlace place) throws InterruptedException {
    registry
        .await(place.name(), PATIENCE)
        .orElseThrow(() -> new IllegalStateException("nobody published " + place.name()));
    return registry.joinRing(place.name());
  }

  static Registry registry(LinkPlace place) {
    return Registry.open(place.directory().resolve("registry"));
  }

  /** A receiving end. */
  private static final class End implements Receiver {
    private final Registry registry;
    private final Ring ring;
    private final Consumer consumer;
    private final boolean sleeps;
    private final WaitStrategy blocking = WaitStrategy.blocking();
    private Sink sink;
    private final RecordHandler handler =
        (type, buffer, offset, length) -> sink.onMessage(buffer, offset, length);

    End(Registry registry, Ring ring, GroupOptions group, boolean sleeps) {
      this.registry = registry;
      this.ring = ring;
      this.sleeps = sleeps;
      consumer = ring.addConsumer(group);
    }

    @Override
    public int poll(Sink messages, int limit) {
      sink = messages;
      return sleeps
          ? consumer.poll(handler, limit, blocking, SLEEP_NANOS)
          : consumer.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(consumer, registry, ring);
    }
  }

  /** A sending end. */
  private record Start(Registry registry, Ring ring, Producer producer, int length)
      implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int messageLength) {
      return producer.offer(TYPE, source, offset, messageLength) >= 0;
    }

    @Override
    public boolean offerBatch(MessageSource source, int count) {
      try (Batch batch = producer.tryBatch(count, length)) {
        if (batch == null) {
          return false;
        }
        for (int i = 0; i < count; i++) {
          source.next();
          batch.add(TYPE, source.buffer(), 0, length);
        }
        return true;
      }
    }

    @Override
    public void close() {
      CloseHelper.closeAll(producer, ring, registry);
    }
  }
}
