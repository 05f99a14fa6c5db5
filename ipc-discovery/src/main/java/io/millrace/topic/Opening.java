package io.millrace.topic;

import io.millrace.ClosedException;
import io.millrace.MillraceException;
import io.millrace.discovery.PolledWatch;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Service;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters.GroupCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The subscribers that were there when a publisher began, and have not joined it yet. It is waited
 * for each until it has, or is gone; for all of them only so long, because one may be stopped.
 */
final class Opening {
  /** How long a full publisher waits at most. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A look reads one record for each subscriber. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Registry registry;
  private final Ring ring;
  private final List<Service> awaited;
  private long began;
  private long lastLook;
  private boolean full;

  private Opening(Registry registry, Ring ring, List<Service> awaited) {
    this.registry = registry;
    this.ring = ring;
    this.awaited = awaited;
  }

  static Opening begin(Registry registry, Ring ring, String topic) {
    List<Service> there = new ArrayList<>();
    for (Service reader : PolledWatch.list(registry, TopicNames.READERS.all(topic))) {
      if (TopicRecord.isOf(reader, topic)
          && !reader.capabilities().text(TopicRecord.GROUP, "").isEmpty()) {
        there.add(reader);
      }
    }
    return new Opening(registry, ring, there);
  }

  /** Asked when the ring is full. */
  boolean isOver() {
    long now = System.nanoTime();
    if (!full) {
      full = true;
      began = now;
    } else if (now - lastLook < PAUSE_NANOS) {
      return false;
    }
    lastLook = now;
    return now - began >= PATIENCE_NANOS || haveAllJoined();
  }

  /** Looks at each of them. */
  boolean haveAllJoined() {
    Set<String> groups =
        ring.counters().groups().stream().map(GroupCounters::name).collect(Collectors.toSet());
    awaited.removeIf(
        reader ->
            groups.contains(reader.capabilities().text(TopicRecord.GROUP, "")) || isGone(reader));
    return awaited.isEmpty();
  }

  private boolean isGone(Service reader) {
    try {
      return registry.find(reader.name()).isEmpty();
    } catch (MillraceException | ClosedException unknown) {
      // Not a reason to hold up what the publisher has to say; those who publish or look are told.
      return true;
    }
  }
}
