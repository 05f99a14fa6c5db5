package io.millrace.topic;

import io.millrace.discovery.Publication;
import io.millrace.discovery.model.Service;
import io.millrace.discovery.model.ServiceDescriptor;
import io.millrace.os.Closing;
import io.millrace.peer.PolledRing;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Observer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.Waitable;

/** The ring of one publisher, as one subscriber has it. Used by the subscriber's thread. */
final class Source extends PolledRing implements AutoCloseable {
  final Origin origin;
  final Ring ring;
  final RingCounters counters;

  /** How the group is joined in this ring. */
  final GroupOptions group;

  private final long device;
  private final long inode;

  // One of the two, or none: a competing subscriber reads some of the rings only.
  private Consumer consumer;
  private Observer observer;

  /** What of the stream came before this subscriber, which should have had it. */
  private boolean startIsOwed;

  /** Where an observer started. */
  private long start;

  private long toldLost;

  /** What the subscriber sleeps with. */
  private Waitable waitable;

  // The end of the publisher.
  boolean gone;
  Ending how;
  long endedMillis;

  /** The subscriber was told of the end, or need not be. */
  boolean told;

  /** A process publishes the ring. */
  boolean listed = true;

  /** If that is this one. */
  Publication publication;

  /** It is this subscriber's to read, and another one's consumer is still there. */
  boolean wanted;

  /** When to look next what has become of it, by nanoTime. */
  long due;

  Source(Origin origin, Service service, Ring ring, GroupOptions group, boolean startIsOwed) {
    this.origin = origin;
    this.ring = ring;
    this.group = group;
    this.startIsOwed = startIsOwed;
    counters = ring.counters();
    ServiceDescriptor memory = service.descriptors().get(0);
    device = memory.device();
    inode = memory.inode();
  }

  /** The ring is recognised by its memory: its publication may have changed hands. */
  boolean isSameMemory(Service service) {
    return !service.descriptors().isEmpty()
        && service.descriptors().get(0).device() == device
        && service.descriptors().get(0).inode() == inode;
  }

  void consume() {
    startIsOwed &= counters.groups().stream().noneMatch(one -> one.name().equals(group.name()));
    consumer = ring.addConsumer(group);
    waitable = consumer.waitForRecords();
  }

  void observe() {
    // It starts here or behind it, which is not to be asked of it before its thread uses it.
    start = counters.position();
    observer = ring.addObserver();
    waitable = observer.waitForRecords();
  }

  boolean isRead() {
    return waitable != null;
  }

  @Override
  protected Waitable waitable() {
    return waitable;
  }

  @Override
  protected boolean isShared() {
    return consumer != null && group.isShared();
  }

  /** Leaves the group to another one. */
  void stopReading() {
    waitable = null;
    Consumer leaving = consumer;
    consumer = null;
    if (leaving != null) {
      leaving.close();
    }
  }

  int poll(RecordHandler handler, int limit) {
    return consumer != null ? consumer.poll(handler, limit) : observer.poll(handler, limit);
  }

  long recordPosition() {
    return consumer != null ? consumer.recordPosition() : observer.position();
  }

  void acknowledge(long recordPosition) {
    if (consumer != null) {
      consumer.acknowledge(recordPosition);
    }
  }

  /** Its publisher has ended. */
  void ends(Ending ending, long millis) {
    gone = true;
    how = ending;
    endedMillis = millis;
    due = System.nanoTime();
  }

  /** The first records that the publisher did not keep for this consumer. */
  long takeMissed() {
    boolean isMissed = startIsOwed && consumer != null;
    startIsOwed &= observer != null;
    return isMissed ? consumer.position() : 0;
  }

  /** Tells what has not been told yet of what an observer was too slow for, or too late. */
  long takeLost() {
    long now = observer.lostBytes() + (startIsOwed ? start : 0);
    long lost = now - toldLost;
    toldLost = now;
    return lost;
  }

  boolean mayHaveLost() {
    return observer != null;
  }

  /**
   * Tells whether it is the memory that an exception is about, and not the handler's own affair.
   */
  boolean isDamaged() {
    return DamageProbe.isDamaged(() -> poll(DamageProbe.PROBING, 1));
  }

  /** Nothing will be written any more. */
  boolean hasNoProducer() {
    return counters.producers().stream().noneMatch(RingCounters.ProducerCounters::isAlive);
  }

  /** Asked when nothing will be written any more. */
  boolean isDelivered() {
    if (!isRead()) {
      return true;
    }
    long position = consumer != null ? consumer.position() : observer.position();
    return position >= counters.position();
  }

  /** A required group, read by whomever, has not got everything. */
  boolean isNeeded() {
    return counters.retainedPosition() < counters.position();
  }

  /** Lets a delivery that is under way end behind its record. For any thread. */
  void endDelivery() {
    Closing.closeAll(consumer, observer);
  }

  @Override
  public void close() {
    Closing.closeAll(publication, consumer, observer, ring);
  }
}
