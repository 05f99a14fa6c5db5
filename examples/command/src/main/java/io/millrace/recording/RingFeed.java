package io.millrace.recording;

import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Service;
import io.millrace.os.Closing;
import io.millrace.ring.Ring;
import java.util.ArrayList;
import java.util.List;

/** The ring of a service, and those that are published under its name later. */
final class RingFeed implements Feed {
  private static final String KIND = "ring";

  private final Registry registry;
  private final String name;
  private final RecorderOptions options;
  private final Sink sink;
  private final List<RecordedRing> rings = new ArrayList<>();

  /** The publication that was looked at last. */
  private long instance;

  private boolean hasLooked;
  private String told = "";

  RingFeed(Registry registry, String name, RecorderOptions options, Sink sink) {
    this.registry = registry;
    this.name = name;
    this.options = options;
    this.sink = sink;
  }

  @Override
  public int poll(int limit) {
    int count = 0;
    for (RecordedRing ring : rings) {
      count += ring.poll(limit - count);
    }
    return count;
  }

  @Override
  public void look() {
    Service service = find();
    for (RecordedRing ring : List.copyOf(rings)) {
      boolean isListed = service != null && service.instance() == ring.instance();
      if (ring.isDamaged() || !isListed && ring.isOver()) {
        rings.remove(ring);
        ring.close();
        sink.ended(ring.entry());
      }
    }
    if (service != null && service.instance() != instance && service.kind().equals(KIND)) {
      join(service);
    }
    hasLooked = true;
  }

  private Service find() {
    try {
      return registry.find(name).orElse(null);
    } catch (MillraceException flaw) {
      refuse(flaw);
      return null;
    }
  }

  private void join(Service service) {
    Ring ring = null;
    try {
      ring = registry.joinRing(name);
      RecordedRing known = find(ring.id());
      if (known != null) {
        known.isNowPublishedAs(service.instance());
        ring.close();
      } else {
        // One that came while this looks is recorded from its first record on.
        rings.add(
            RecordedRing.joined(
                ring, service, hasLooked || options.isStartingAtOldest(), options, sink));
      }
      instance = service.instance();
      told = "";
    } catch (MillraceException failure) {
      Closing.closeAfter(failure, ring);
      refuse(failure); // It is tried again with the next look.
    }
  }

  private RecordedRing find(long id) {
    return rings.stream().filter(ring -> ring.id() == id).findFirst().orElse(null);
  }

  private void refuse(MillraceException why) {
    String cause = why.getClass() + ": " + why.getMessage();
    if (!told.equals(cause)) {
      told = cause;
      sink.refused(name, why);
    }
  }

  @Override
  public void release() {
    rings.forEach(RecordedRing::release);
    rings.clear();
  }

  @Override
  public void close() {
    Closing.closeAll(rings);
    rings.clear();
  }
}
