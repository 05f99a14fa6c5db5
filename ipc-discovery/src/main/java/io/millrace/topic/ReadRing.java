package io.millrace.topic;

import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.peer.PolledRing;
import io.millrace.ring.Consumer;
import io.millrace.ring.DamagedRingException;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Observer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.Waitable;

/**
 * A ring that was joined to be read, by a consumer or an observer. Damage to its memory is noted
 * and not thrown: the one that reads many rings refuses this one then. Used by the reader's thread.
 */
abstract class ReadRing extends PolledRing implements AutoCloseable {
  final Ring ring;
  final RingCounters counters;

  /** How the group is joined in this ring. */
  final GroupOptions group;

  private final Service service;

  // One of the two, or none: a competing subscriber reads some of the rings only.
  private Consumer consumer;
  private Observer observer;

  /** What the reader sleeps with; null while it is not read. */
  private Waitable waitable;

  /** For the ring that a service is, which is closed with this. */
  ReadRing(Service service, Ring ring, GroupOptions group) {
    this.service = service;
    this.ring = ring;
    this.group = group;
    counters = ring.counters();
  }

  final boolean isSameMemory(Service other) {
    return isSameMemory(service, other);
  }

  /** The group is there, by another consumer or because it is retained. */
  final boolean hasGroup() {
    return counters.groups().stream().anyMatch(known -> known.name().equals(group.name()));
  }

  final void joinGroup() {
    consumer = ring.addConsumer(group);
    waitable = consumer.waitForRecords();
  }

  final void beginToObserve() {
    observer = ring.addObserver();
    waitable = observer.waitForRecords();
  }

  /** Leaves the group to another one. */
  final void stopReading() {
    waitable = null;
    Consumer leaving = consumer;
    consumer = null;
    if (leaving != null) {
      leaving.close();
    }
  }

  final boolean isRead() {
    return waitable != null;
  }

  final boolean isConsumed() {
    return consumer != null;
  }

  final boolean isObserved() {
    return observer != null;
  }

  /** How much an observer was too slow for. */
  final long lostBytes() {
    return observer.lostBytes();
  }

  @Override
  protected final Waitable waitable() {
    return waitable;
  }

  @Override
  protected final boolean isShared() {
    return consumer != null && group.isShared();
  }

  final int poll(RecordHandler handler, int limit) {
    try {
      return pollOnce(handler, limit);
    } catch (DamagedRingException failure) {
      if (!DamageProbe.isDamaged(() -> pollOnce(DamageProbe.PROBING, 1))) {
        throw failure; // The handler's own affair.
      }
      refuse(failure);
      return 0;
    }
  }

  private int pollOnce(RecordHandler handler, int limit) {
    return consumer != null ? consumer.poll(handler, limit) : observer.poll(handler, limit);
  }

  /** The position behind what was read. */
  final long position() {
    return consumer != null ? consumer.position() : observer.position();
  }

  /** For handlers. */
  final long recordPosition() {
    return consumer != null ? consumer.recordPosition() : observer.position();
  }

  /** Nothing to do for one that does not consume. */
  final void acknowledge(long recordPosition) {
    if (consumer != null) {
      try {
        consumer.acknowledge(recordPosition);
      } catch (DamagedRingException failure) {
        refuse(failure);
      }
    }
  }

  /** A process may write to it, if none comes. */
  final boolean hasProducer() {
    return counters.producers().stream().anyMatch(RingCounters.ProducerCounters::isAlive);
  }

  /** Asked when nothing will be written any more. */
  final boolean isReadToTheEnd() {
    return position() >= counters.position();
  }

  /** Lets a delivery that is under way end behind its record. For any thread. */
  final void endDelivery() {
    Closing.closeAll(consumer, observer);
  }

  @Override
  public void close() {
    Closing.closeAll(consumer, observer, ring);
  }
}
