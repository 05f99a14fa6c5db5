package io.millrace.recording;

import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.ring.Consumer;
import io.millrace.ring.DamagedRingException;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Observer;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters;
import io.millrace.ring.Waitable;

/** One ring that is recorded, as a consumer or as an observer. */
final class RecordedRing implements Feed {
  private final Ring ring;
  private final boolean isOwned;
  private final String group;
  private final RingCounters counters;
  private final Sink sink;
  private final Journal.Entry entry;

  // One of the two.
  private final Consumer consumer;
  private final Observer observer;

  private final Waitable waitable;
  private final RecordHandler handler;
  private long instance;
  private long toldLost;
  private boolean damaged;

  private RecordedRing(
      Ring ring,
      boolean isOwned,
      RecordedSource source,
      boolean fromOldest,
      RecorderOptions options,
      Sink sink) {
    this.ring = ring;
    this.isOwned = isOwned;
    this.sink = sink;
    group = options.group();
    counters = ring.counters();
    GroupOptions retained = GroupOptions.named(group).retained();
    consumer =
        options.isLossy()
            ? null
            : ring.addConsumer(fromOldest ? retained.startingAtOldest() : retained);
    observer = options.isLossy() ? ring.addObserver() : null;
    waitable = consumer != null ? consumer.waitForRecords() : observer.waitForRecords();
    entry = sink.opened(source);
    handler =
        (type, buffer, offset, length) ->
            sink.take(entry, recordPosition(), type, buffer, offset, length);
    sink.waitFor(waitable);
  }

  /** A ring that was joined to be recorded, and is closed with this. */
  static RecordedRing joined(
      Ring ring, Service service, boolean fromOldest, RecorderOptions options, Sink sink) {
    RecordedSource source = source(ring, service.name(), service.pid());
    RecordedRing recorded = new RecordedRing(ring, true, source, fromOldest, options, sink);
    recorded.instance = service.instance();
    return recorded;
  }

  /** A ring of somebody else in this process. */
  static RecordedRing of(Ring ring, String name, RecorderOptions options, Sink sink) {
    int pid = (int) ProcessHandle.current().pid();
    return new RecordedRing(
        ring, false, source(ring, name, pid), options.isStartingAtOldest(), options, sink);
  }

  private static RecordedSource source(Ring ring, String name, int pid) {
    return new RecordedSource(
        ring.id(), RecordedSource.Kind.RING, name, name, pid, ring.capacity());
  }

  private long recordPosition() {
    return consumer != null ? consumer.recordPosition() : observer.position();
  }

  long id() {
    return ring.id();
  }

  long instance() {
    return instance;
  }

  Journal.Entry entry() {
    return entry;
  }

  /** Another process goes on publishing it. */
  void isNowPublishedAs(long publication) {
    instance = publication;
  }

  boolean isDamaged() {
    return damaged;
  }

  /** Asked of one that nobody publishes any more: whether nothing will come, and all is taken. */
  boolean isOver() {
    // In this order: once nobody writes any more, all that was written can be seen.
    boolean isSilent = counters.producers().stream().noneMatch(one -> one.isAlive());
    long position = consumer != null ? consumer.position() : observer.position();
    return isSilent && position >= counters.position();
  }

  @Override
  public int poll(int limit) {
    if (damaged) {
      return 0;
    }
    try {
      int count = consumer != null ? consumer.poll(handler, limit) : observer.poll(handler, limit);
      tellLost();
      return count;
    } catch (DamagedRingException damage) {
      damaged = true;
      sink.refused(entry.source.name(), damage);
      return 0;
    }
  }

  private void tellLost() {
    long lost = observer == null ? 0 : observer.lostBytes();
    if (lost > toldLost) {
      sink.lost(entry, lost - toldLost);
      toldLost = lost;
    }
  }

  @Override
  public void look() {}

  @Override
  public void release() {
    if (consumer != null) {
      consumer.close();
      ring.removeGroup(group);
    }
    close();
  }

  @Override
  public void close() {
    Closing.closeAll(() -> sink.waitNoMore(waitable), consumer, observer, isOwned ? ring : null);
  }
}
