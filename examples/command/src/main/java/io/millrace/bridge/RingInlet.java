package io.millrace.bridge;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.os.Closing;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingCounters.ProducerCounters;
import io.millrace.ring.RingOptions;
import org.agrona.DirectBuffer;

/** The ring of that name on this host: one that is there, or one that the receiver publishes. */
final class RingInlet extends Inlet {
  private final String name;
  private final Ring ring;
  private final OwnGroup own;
  private final Producer producer;
  private final Publication publication;

  private RingInlet(String name, Ring ring, Publication publication, long knownRing, long noted) {
    this.name = name;
    this.ring = ring;
    this.publication = publication;
    OwnGroup group = new OwnGroup(ring);
    try {
      if (ring.counters().producers().stream().anyMatch(ProducerCounters::isAlive)) {
        throw new BridgeException(
            "somebody else writes to ring " + name + ": let only the bridge write to it");
      }
      skip = group.countFrom(ring.id() == knownRing ? noted : Long.MAX_VALUE);
      producer = ring.addProducer();
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, group);
      throw failure;
    }
    own = group;
    end = ring.counters().position();
  }

  /**
   * Joins or makes it.
   *
   * @param knownRing the ring that the receiver before this one had
   * @param noted how far it had noted what it published there
   */
  static RingInlet open(Registry registry, String name, int capacity, long knownRing, long noted) {
    boolean isThere = registry.find(name).isPresent();
    Ring ring =
        isThere ? registry.joinRing(name) : Ring.create(RingOptions.capacity(capacity).name(name));
    Publication publication = null;
    try {
      publication = isThere ? null : registry.publish(name, ring, Capabilities.none());
      return new RingInlet(name, ring, publication, knownRing, noted);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, publication, ring);
      throw failure;
    }
  }

  @Override
  long offer(int type, DirectBuffer buffer, int offset, int length) {
    return producer.offer(type, buffer, offset, length);
  }

  @Override
  int maxMessageLength() {
    return producer.maxMessageLength();
  }

  @Override
  long ringId() {
    return ring.id();
  }

  @Override
  String service() {
    return name;
  }

  @Override
  void release() {
    own.release();
  }

  @Override
  boolean isDone() {
    return true;
  }

  @Override
  public void close() {
    Closing.closeAll(producer, own, publication, ring);
  }
}
