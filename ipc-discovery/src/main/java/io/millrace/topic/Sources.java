package io.millrace.topic;

import io.millrace.peer.PeerWait;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rings that a subscriber has. Used by its thread, but for {@link #read()}. */
final class Sources {
  /** Somebody may still publish a ring that was left: so much longer than it lingers. */
  private static final long MARGIN_NANOS = 30_000_000_000L;

  private final PeerWait wait;

  /** All that are kept, by the names of their services. */
  private final Map<String, Source> all = new HashMap<>();

  /** Those that were left, and since when, by nanoTime. */
  private final Map<String, Long> left = new HashMap<>();

  /** Replaced, never changed: a close ends their deliveries. */
  private volatile Source[] read = {};

  Sources(PeerWait wait) {
    this.wait = wait;
  }

  Source get(String name) {
    return all.get(name);
  }

  Collection<Source> all() {
    return all.values();
  }

  /** To go through while some are left. */
  List<Source> copy() {
    return List.copyOf(all.values());
  }

  /** Those that are read. For any thread. */
  Source[] read() {
    return read;
  }

  void add(Source source) {
    all.put(source.origin.name(), source);
    update();
  }

  /** One of them is read now, or is not any more. */
  void update() {
    read = all.values().stream().filter(Source::isRead).toArray(Source[]::new);
    wait.setSources(read);
  }

  void leave(Source source) {
    left.put(source.origin.name(), System.nanoTime());
    all.remove(source.origin.name());
    wait.letGo(source);
    update();
    source.close();
  }

  boolean wasLeft(String name) {
    return left.containsKey(name);
  }

  /** Forgets whom nobody will publish again. */
  void forget(long now, long lingerNanos) {
    left.values().removeIf(since -> now - since - MARGIN_NANOS > 2 * lingerNanos);
  }
}
