package io.millrace.bridge;

import io.millrace.MillraceException;
import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.ring.Ring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The rings of this host into which received records go. */
final class Inlets implements AutoCloseable {
  /** So long the rings of a killed receiver are looked for, which subscribers then publish. */
  private static final long SUCCESSION_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Registry registry;
  private final int capacity;
  private final Map<String, Inlet> rings = new HashMap<>();
  private final List<Inlet> publishers = new ArrayList<>();
  private final List<Inlet> ending = new ArrayList<>();

  /** What was published to and not released since. */
  private final Set<Inlet> touched = new HashSet<>();

  /** Of a killed receiver. */
  private final List<Left> left = new ArrayList<>();

  /** A ring that was left, with what is not noted in it. */
  private record Left(Ring ring, OwnGroup own) implements AutoCloseable {
    @Override
    public void close() {
      Closing.closeAll(own, ring);
    }
  }

  Inlets(Registry registry, int capacity) {
    this.registry = registry;
    this.capacity = capacity;
  }

  /** Goes on with what the receiver before had. */
  void goOn(Progress progress) {
    long start = System.nanoTime();
    for (Incoming one : progress.sources.values()) {
      if (!one.hasEnded) {
        if (one.source.kind() == BridgedSource.Kind.PUBLISHER) {
          one.notedSkip += countLeft(one, start);
        }
        one.inlet = open(one);
      }
    }
  }

  Inlet open(Incoming source) {
    String name = source.source.name();
    Inlet inlet;
    if (source.source.kind() == BridgedSource.Kind.PUBLISHER) {
      inlet = new TopicInlet(registry, name, capacity);
      inlet.skip = source.notedSkip;
      publishers.add(inlet);
    } else {
      inlet = rings.get(name);
      if (inlet == null) {
        inlet = RingInlet.open(registry, name, capacity, source.notedRing, source.noted);
        inlet.skip += source.notedSkip;
        rings.put(name, inlet);
      }
    }
    touched.add(inlet);
    return inlet;
  }

  /** Counts what a killed receiver had published and not noted, if somebody has that ring still. */
  private long countLeft(Incoming one, long start) {
    if (one.notedService.isEmpty()) {
      return 0; // It was refused, and had no ring.
    }
    while (registry.find(one.notedService).isEmpty()) {
      if (System.nanoTime() - start > SUCCESSION_NANOS) {
        return 0;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    Ring ring = null;
    try {
      ring = registry.joinRing(one.notedService);
      OwnGroup own = new OwnGroup(ring);
      long count = own.countFrom(one.noted);
      left.add(new Left(ring, own));
      return count;
    } catch (MillraceException gone) {
      Closing.closeAfter(gone, ring);
      return 0;
    }
  }

  void touched(Inlet inlet) {
    touched.add(inlet);
  }

  /** All that was published is noted. */
  void released() {
    touched.forEach(Inlet::release);
    touched.clear();
    for (Left one : left) {
      one.own.release();
      one.close();
    }
    left.clear();
  }

  /** A ring stays: another one of its name may come. */
  void end(Incoming source) {
    if (publishers.remove(source.inlet)) {
      ending.add(source.inlet);
    }
  }

  void closeDone() {
    if (!ending.isEmpty() && touched.isEmpty()) {
      for (Inlet one : List.copyOf(ending)) {
        if (one.isDone()) {
          ending.remove(one);
          one.close();
        }
      }
    }
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(left);
    all.addAll(ending);
    all.addAll(publishers);
    all.addAll(rings.values());
    Closing.closeAll(all);
  }
}
