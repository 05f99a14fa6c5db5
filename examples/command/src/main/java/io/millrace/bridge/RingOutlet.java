package io.millrace.bridge;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.RingPoller;
import io.millrace.topic.RingFollower;
import io.millrace.topic.RingListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ring of a service, and those that are published under its name later. */
final class RingOutlet implements Outlet, RingListener {
  private final String name;
  private final Wire wire;
  private final BridgeListener listener;
  private final RingFollower follower;
  private final RecordHandler handler;

  /** By the instances of their publications. */
  private final Map<Long, Sent> rings = new HashMap<>();

  /** Those that have ended, until the archive has all of them. */
  private final List<Sent> ending = new ArrayList<>();

  // Of the record before: mostly the next one has the same.
  private long lastInstance;
  private Sent last;

  RingOutlet(Registry registry, String name, BridgeSenderOptions options, Wire wire) {
    this.name = name;
    this.wire = wire;
    listener = options.listener();
    GroupOptions group = GroupOptions.named(options.group()).retained().acknowledged();
    follower =
        RingFollower.open(
            registry, name, options.isStartingAtOldest() ? group.startingAtOldest() : group, this);
    handler =
        (type, buffer, offset, length) ->
            wire.record(sent(), follower.recordPosition(), type, buffer, offset, length);
  }

  void waitWith(RingPoller poller) {
    poller.add(follower.waitForRecords(), () -> {});
  }

  private Sent sent() {
    long instance = follower.service().instance();
    if (last == null || instance != lastInstance) {
      last = rings.computeIfAbsent(instance, added -> opened());
      lastInstance = instance;
    }
    return last;
  }

  private Sent opened() {
    long id = follower.ringId();
    for (Sent one : ending) {
      if (one.source.id() == id) { // Somebody has published it again.
        ending.remove(one);
        return one;
      }
    }
    BridgedSource source = new BridgedSource(id, BridgedSource.Kind.RING, name);
    listener.onSource(source);
    return new Sent(source);
  }

  @Override
  public int poll(int limit) {
    int count = follower.poll(handler, limit);
    while (!ending.isEmpty() && ending.get(0).isConfirmed()) {
      Sent ended = ending.get(0);
      wire.ended(ended);
      ending.remove(0);
      listener.onEnded(ended.source);
    }
    return count;
  }

  @Override
  public void confirm(long recorded) {
    rings.values().forEach(one -> confirm(one, recorded));
    ending.forEach(one -> confirm(one, recorded));
  }

  private void confirm(Sent one, long recorded) {
    long position = one.takeConfirmed(recorded);
    if (position >= 0) {
      follower.acknowledge(one.source.id(), position);
    }
  }

  @Override
  public void onEnded(Service ring, Departure how) {
    Sent ended = rings.remove(ring.instance());
    last = null;
    if (ended != null) {
      ending.add(ended);
    }
  }

  @Override
  public void onRefused(Service ring, RuntimeException why) {
    listener.onRefused(name, why);
  }

  @Override
  public void close() {
    Closing.closeAll(follower);
  }
}
