package io.millrace.topic;

import io.millrace.discovery.model.Departure;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.os.Closing;
import io.millrace.peer.PolledRing;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.Waitable;
import java.util.concurrent.TimeUnit;

/** One of the rings that a name had, as its follower has it. Used by the follower's thread. */
final class Generation extends PolledRing implements AutoCloseable {
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  final Service service;
  final Consumer consumer;

  /** What of the stream came before the group. */
  final long missed;

  /** How its publisher ended, or null while it is published. */
  Departure how;

  /** Somebody may write to it still. */
  boolean isWritten = true;

  boolean joinTold;
  boolean endTold;

  /** When to look next whether it is done, by nanoTime. */
  long due;

  final Ring ring;
  private final RingCounters counters;
  private final GroupOptions group;
  private final ServiceDescriptor memory;
  private final Waitable waitable;
  private boolean isDelivered;
  private long pause = SOON_NANOS;

  Generation(Service service, Ring ring, GroupOptions group, boolean isNew) {
    this.service = service;
    this.ring = ring;
    this.group = group;
    memory = service.descriptors().get(0);
    counters = ring.counters();
    boolean isAwaited =
        counters.groups().stream().anyMatch(known -> known.name().equals(group.name()));
    consumer = ring.addConsumer(group);
    missed = isNew && !isAwaited ? consumer.position() : 0;
    waitable = consumer.waitForRecords();
  }

  /** A ring is recognised by its memory: its publication may have changed hands. */
  boolean isSameMemory(Service other) {
    return !other.descriptors().isEmpty()
        && other.descriptors().get(0).device() == memory.device()
        && other.descriptors().get(0).inode() == memory.inode();
  }

  /** Nobody publishes it any more. */
  void ends(Departure departure, long now) {
    how = departure;
    due = now;
    pause = SOON_NANOS;
  }

  /** It is published again. Returns whether its end was told. */
  boolean comesBack() {
    boolean was = endTold;
    how = null;
    endTold = false;
    isWritten = true;
    isDelivered = false;
    return was;
  }

  /** It is to be looked at, whether it is done. */
  boolean isSettling() {
    return how != null && !isDone();
  }

  /** Nothing will come of it any more. */
  boolean isDone() {
    return how != null && !isWritten && isDelivered;
  }

  void settle(long now) {
    // In this order: once nobody writes any more, all that was written can be seen.
    isWritten = counters.producers().stream().anyMatch(RingCounters.ProducerCounters::isAlive);
    isDelivered = consumer.position() >= counters.position();
    due = now + pause;
    pause = isWritten ? Math.min(2 * pause, LONGEST_NANOS) : SOON_NANOS;
  }

  @Override
  protected Waitable waitable() {
    return waitable;
  }

  @Override
  protected boolean isShared() {
    return group.isShared();
  }

  @Override
  public void close() {
    Closing.closeAll(consumer, ring);
  }
}
