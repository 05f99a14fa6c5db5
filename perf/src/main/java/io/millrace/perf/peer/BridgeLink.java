package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Seat;
import io.millrace.perf.link.Sender;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A ring on each of two hosts, and a bridge between them. */
public final class BridgeLink implements Link {
  /** What it is called among the links; the bench that it is for calls it millrace. */
  public static final String SUBJECT = "millrace-bridge";

  private static final int HOSTS = 2;

  /** The archive keeps all messages, and more than as much again beside small ones. */
  private static final long MOST_BYTES = 1 << 27;

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("capacity", place.capacity());
    settings.put("termLength", "8m");
    settings.put("driver", "one on each host for each direction");
    settings.put("archive", "on the sending host, in tmpfs");
    return settings;
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws Exception {
    String names = places.stream().map(LinkPlace::name).collect(Collectors.joining(","));
    TwoHosts.start(fork, BridgeHostRole.class, Map.of(BridgeHostRole.NAMES, names));
  }

  @Override
  public int helpers() {
    return HOSTS;
  }

  @Override
  public long mostBytes() {
    return MOST_BYTES;
  }

  static Registry registry(LinkPlace place, String host) {
    return Registry.open(place.directory().resolve("registry-" + host));
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    Registry registry = registry(place, TwoHosts.receivingHost(place));
    Ring ring = MillraceLink.create(place);
    Receiver receiver = MillraceLink.receiver(registry, ring, place, new Seat(0, 0, false));
    registry.publish(place.name(), ring, Capabilities.none());
    return receiver;
  }

  @Override
  public Sender sender(LinkPlace place) {
    Registry registry = registry(place, TwoHosts.sendingHost(place));
    Ring ring = MillraceLink.create(place);
    ring.addGroup(GroupOptions.named("bridge").retained()); // So that it misses nothing.
    Sender sender = MillraceLink.sender(registry, ring, place);
    registry.publish(place.name(), ring, Capabilities.none());
    return sender;
  }
}
