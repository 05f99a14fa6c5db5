package io.millrace.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.millrace.ClosedException;
import io.millrace.MillraceException;
import io.millrace.discovery.RegistryOptions;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.Sighting;
import io.millrace.os.Closing;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.RingCounters.ConsumerCounters;
import io.millrace.ring.RingCounters.GroupCounters;
import io.millrace.ring.RingCounters.ProducerCounters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The counters of rings as meters of <a href="https://micrometer.io">Micrometer</a>, which the
 * application brings along: Millrace works without it.
 *
 * <pre>{@code
 * RingMeters meters = RingMeters.of("orders", ring); // Or ofRegistry(options): all of the host.
 * meters.bindTo(meterRegistry);
 * ... // before each scrape, or every few seconds:
 * meters.refresh();
 * }</pre>
 *
 * <p>Rings and members come and go: each {@link #refresh()} looks which of them are there, reads
 * all counters, and removes the meters of those that are gone. Reading disturbs nobody and takes no
 * place in a ring.
 *
 * <p>Any thread may call these methods.
 */
@SuppressWarnings("exports") // A caller of this has Micrometer; all others must do without it.
public final class RingMeters implements MeterBinder, AutoCloseable {
  private static final String RING = "ring";

  /** The kinds of services that are rings; publishers of topics are. */
  private static final Set<String> KINDS = Set.of(RING, "topic");

  private final RegistryOptions options;
  private final List<String> names;

  /** By the instances of their publications. */
  private final Map<Long, Ring> joined = new HashMap<>();

  private final Map<String, Ring> own = new HashMap<>();
  private final List<MeterBoard> boards = new ArrayList<>();
  private final Set<String> shown = new HashSet<>();
  private boolean closed;

  private RingMeters(RegistryOptions options, List<String> names) {
    this.options = options;
    this.names = List.copyOf(names);
  }

  /**
   * The rings of a registry, those of topics too, as they come and go.
   *
   * @param options where the registry is, and in which way descriptors may come
   * @param names the services that are shown; all if there are none
   * @return the meters, bound to nothing yet
   */
  public static RingMeters ofRegistry(RegistryOptions options, String... names) {
    return new RingMeters(Objects.requireNonNull(options, "options"), List.of(names));
  }

  /**
   * A ring of this process.
   *
   * @param name what its meters call it
   * @param ring the ring; stays open and the caller's, until this is closed
   * @return the meters, bound to nothing yet
   */
  public static RingMeters of(String name, Ring ring) {
    RingMeters meters = new RingMeters(null, List.of());
    meters.own.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(ring, "ring"));
    return meters;
  }

  /**
   * Registers the meters of what is there now, and at each refresh those of what is there then.
   *
   * @param registry where
   * @throws ClosedException if this was closed
   * @throws io.millrace.discovery.model.RootException if the registry cannot be opened or trusted
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    requireOpen();
    boards.add(new MeterBoard(Objects.requireNonNull(registry, "registry")));
    refresh();
  }

  /**
   * Reads everything anew.
   *
   * @throws io.millrace.discovery.model.RootException if the registry's directory cannot be read
   * @throws ClosedException if this was closed, or a ring of this process was
   */
  public synchronized void refresh() {
    requireOpen();
    shown.clear();
    own.forEach(
        (name, ring) -> {
          shown.add(name);
          read(name, ring);
        });
    if (options != null) {
      readRegistry();
    }
    boards.forEach(MeterBoard::removeUnset);
  }

  private void readRegistry() {
    Map<Long, Ring> present = new HashMap<>();
    try (RegistryView view = RegistryView.open(options)) {
      for (Sighting sighting : view.scan().services()) {
        Service service = sighting.service();
        if (sighting.isAlive() && isWanted(service)) {
          Ring ring = ring(view, service);
          gauge(
              "millrace.ring.readable",
              null,
              "1 if the counters can be read",
              Tags.of(RING, service.name()),
              ring == null ? 0 : 1);
          if (ring != null) {
            present.put(service.instance(), ring);
            shown.add(service.name());
            read(service.name(), ring);
          }
        }
      }
    } finally {
      // Also of a look that was cut short: what was opened is not lost.
      present.forEach(joined::putIfAbsent);
    }
    List<Ring> gone = new ArrayList<>();
    joined.forEach(
        (instance, ring) -> {
          if (!present.containsKey(instance)) {
            gone.add(ring);
          }
        });
    joined.keySet().retainAll(present.keySet());
    Closing.closeAll(gone);
  }

  /**
   * Tells which of the services that were asked for are not there, or cannot be read.
   *
   * @return their names
   */
  public synchronized List<String> missing() {
    return names.stream().filter(name -> !shown.contains(name)).toList();
  }

  private boolean isWanted(Service service) {
    return KINDS.contains(service.kind()) && (names.isEmpty() || names.contains(service.name()));
  }

  /** Returns null if it is gone or cannot be obtained: the others are still shown. */
  private Ring ring(RegistryView view, Service service) {
    Ring known = joined.get(service.instance());
    if (known != null) {
      return known;
    }
    try {
      return view.joinRing(service.name());
    } catch (MillraceException unreadable) {
      return null;
    }
  }

  private void gauge(String name, String unit, String description, Tags tags, double value) {
    boards.forEach(board -> board.gauge(name, unit, description, tags, value));
  }

  private void count(String name, String unit, String description, Tags tags, double value) {
    boards.forEach(board -> board.count(name, unit, description, tags, value));
  }

  private void read(String name, Ring ring) {
    RingCounters counters = ring.counters();
    // Groups before the position: so none is ahead of it.
    List<GroupCounters> groups = counters.groups();
    long position = counters.position();
    long slowest = groups.stream().mapToLong(GroupCounters::position).min().orElse(position);
    Tags tags = Tags.of(RING, name);
    gauge("millrace.ring.capacity", "bytes", "Room for records", tags, ring.capacity());
    gauge(
        "millrace.ring.fill",
        null,
        "The part that the slowest group has still to read",
        tags,
        Math.clamp((position - slowest) / (double) ring.capacity(), 0, 1));
    count("millrace.ring.position", "bytes", "Stream so far", tags, position);
    count("millrace.ring.joins", null, "Members that joined", tags, counters.joins());
    count(
        "millrace.ring.evictions",
        null,
        "Groups whose consumers were all killed",
        tags,
        counters.evictions());
    groups.forEach(group -> read(tags, group, Math.max(0, position - group.position())));
    counters.producers().forEach(producer -> read(tags, producer));
    counters.consumers().forEach(consumer -> read(tags, consumer));
  }

  private void read(Tags ring, GroupCounters group, long lag) {
    Tags tags = ring.and("group", group.name());
    gauge("millrace.group.lag", "bytes", "Stream still to read", tags, lag);
    count(
        "millrace.group.redeliveries", null, "Records delivered again", tags, group.redeliveries());
    count(
        "millrace.group.recoveries",
        null,
        "Claims of killed producers passed",
        tags,
        group.recoveries());
  }

  private void read(Tags ring, ProducerCounters producer) {
    Tags tags = member(ring, producer.slot(), producer.pid());
    gauge("millrace.producer.alive", null, "0 if it was killed", tags, producer.isAlive() ? 1 : 0);
    count("millrace.producer.records", null, "Records committed", tags, producer.records());
    count("millrace.producer.payload", "bytes", "Payload committed", tags, producer.bytes());
    count(
        "millrace.producer.back.pressures",
        null,
        "Times without room",
        tags,
        producer.backPressures());
    count("millrace.producer.wake.ups", null, "Sleepers woken", tags, producer.wakeUps());
  }

  private void read(Tags ring, ConsumerCounters consumer) {
    Tags tags = member(ring, consumer.slot(), consumer.pid()).and("group", consumer.group());
    gauge("millrace.consumer.alive", null, "0 if it was killed", tags, consumer.isAlive() ? 1 : 0);
    count("millrace.consumer.records", null, "Records handled", tags, consumer.records());
    count("millrace.consumer.payload", "bytes", "Payload handled", tags, consumer.bytes());
    count("millrace.consumer.wake.ups", null, "Waiting producers woken", tags, consumer.wakeUps());
  }

  private static Tags member(Tags ring, int slot, int pid) {
    return ring.and("slot", Integer.toString(slot), "pid", Integer.toString(pid));
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException("these meters are closed");
    }
  }

  /** Takes the meters out of the registries, and leaves the rings. Closing again does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      boards.forEach(MeterBoard::clear);
      Closing.closeAll(joined.values());
    }
  }
}
