package io.millrace.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.discovery.DiscoveryException;
import io.millrace.discovery.RegistryView;
import io.millrace.discovery.Service;
import io.millrace.discovery.Sighting;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters.ConsumerCounters;
import io.millrace.ring.RingCounters.GroupCounters;
import io.millrace.ring.RingCounters.ProducerCounters;
import io.millrace.ring.RingException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.CloseHelper;

/**
 * The counters of the rings of a registry as Micrometer's meters. Rings and members come and go;
 * each {@link #refresh()} looks who is there. Any thread may call it.
 */
final class RingMeters implements AutoCloseable {
  private static final String RING = "ring";

  private final RegistryChoice choice;
  private final List<String> names;
  private final MeterBoard board;
  private final Map<Long, Ring> rings = new HashMap<>();
  private final Set<String> shown = new HashSet<>();

  /**
   * Makes the meters.
   *
   * @param names the rings, all if there are none
   */
  RingMeters(MeterRegistry registry, RegistryChoice choice, List<String> names) {
    this.choice = choice;
    this.names = names;
    board = new MeterBoard(registry);
  }

  /** Reads everything anew. */
  synchronized void refresh() {
    Map<Long, Ring> present = new HashMap<>();
    shown.clear();
    try (RegistryView view = choice.view()) {
      for (Sighting sighting : view.scan().services()) {
        Service service = sighting.service();
        if (sighting.isAlive() && isWanted(service)) {
          Ring ring = ring(view, service);
          board.gauge(
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
    }
    rings.keySet().removeAll(present.keySet());
    CloseHelper.closeAll(rings.values());
    rings.clear();
    rings.putAll(present);
    board.removeUnset();
  }

  /** Tells which of the rings that were asked for are not there. */
  synchronized List<String> missing() {
    return names.stream().filter(name -> !shown.contains(name)).toList();
  }

  private boolean isWanted(Service service) {
    return service.kind().equals(RING) && (names.isEmpty() || names.contains(service.name()));
  }

  /** Returns null if it is gone or cannot be had: the others are shown all the same. */
  private Ring ring(RegistryView view, Service service) {
    Ring known = rings.get(service.instance());
    if (known != null) {
      return known;
    }
    try {
      return view.joinRing(service.name());
    } catch (DiscoveryException | RingException | UncheckedIOException unreadable) {
      return null;
    }
  }

  private void read(String name, Ring ring) {
    RingReading now = RingReading.of(ring.counters());
    Tags tags = Tags.of(RING, name);
    board.gauge("millrace.ring.capacity", "bytes", "Room for records", tags, ring.capacity());
    board.gauge(
        "millrace.ring.fill",
        null,
        "The part that the slowest group has still to read",
        tags,
        Math.min(1, now.slowestLag() / (double) ring.capacity()));
    board.count("millrace.ring.position", "bytes", "Stream so far", tags, now.position());
    board.count("millrace.ring.joins", null, "Members that joined", tags, now.joins());
    board.count(
        "millrace.ring.evictions",
        null,
        "Groups whose consumers were all killed",
        tags,
        now.evictions());
    now.groups().forEach(group -> read(tags, group, now.lag(group)));
    now.producers().forEach(producer -> read(tags, producer));
    now.consumers().forEach(consumer -> read(tags, consumer));
  }

  private void read(Tags ring, GroupCounters group, long lag) {
    Tags tags = ring.and("group", group.name());
    board.gauge("millrace.group.lag", "bytes", "Stream still to read", tags, lag);
    board.count(
        "millrace.group.redeliveries", null, "Records delivered again", tags, group.redeliveries());
    board.count(
        "millrace.group.recoveries",
        null,
        "Claims of killed producers passed",
        tags,
        group.recoveries());
  }

  private void read(Tags ring, ProducerCounters producer) {
    Tags tags = member(ring, producer.slot(), producer.pid());
    board.gauge(
        "millrace.producer.alive", null, "0 if it was killed", tags, producer.isAlive() ? 1 : 0);
    board.count("millrace.producer.records", null, "Records committed", tags, producer.records());
    board.count("millrace.producer.payload", "bytes", "Payload committed", tags, producer.bytes());
    board.count(
        "millrace.producer.back.pressures",
        null,
        "Times without room",
        tags,
        producer.backPressures());
    board.count("millrace.producer.wake.ups", null, "Sleepers woken", tags, producer.wakeUps());
  }

  private void read(Tags ring, ConsumerCounters consumer) {
    Tags tags = member(ring, consumer.slot(), consumer.pid()).and("group", consumer.group());
    board.gauge(
        "millrace.consumer.alive", null, "0 if it was killed", tags, consumer.isAlive() ? 1 : 0);
    board.count("millrace.consumer.records", null, "Records handled", tags, consumer.records());
    board.count("millrace.consumer.payload", "bytes", "Payload handled", tags, consumer.bytes());
    board.count(
        "millrace.consumer.wake.ups", null, "Waiting producers woken", tags, consumer.wakeUps());
  }

  private static Tags member(Tags ring, int slot, int pid) {
    return ring.and("slot", Integer.toString(slot), "pid", Integer.toString(pid));
  }

  @Override
  public synchronized void close() {
    CloseHelper.closeAll(rings.values());
    rings.clear();
  }
}
