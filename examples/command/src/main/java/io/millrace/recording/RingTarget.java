package io.millrace.recording;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.os.Closing;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import org.agrona.DirectBuffer;

/** A ring that is there, or one that is made for the replay. */
final class RingTarget implements Target {
  private final String name;
  private final Ring ring;
  private final Producer producer;
  private final Publication publication;

  private RingTarget(String name, Ring ring, Producer producer, Publication publication) {
    this.name = name;
    this.ring = ring;
    this.producer = producer;
    this.publication = publication;
  }

  static RingTarget open(Registry registry, String name, int capacity) {
    boolean isThere = registry.find(name).isPresent();
    Ring ring =
        isThere ? registry.joinRing(name) : Ring.create(RingOptions.capacity(capacity).name(name));
    Publication publication = null;
    try {
      Producer producer = ring.addProducer();
      if (!isThere) {
        publication = registry.publish(name, ring, Capabilities.none());
      }
      return new RingTarget(name, ring, producer, publication);
    } catch (RuntimeException | Error failure) {
      Closing.closeAfter(failure, publication, ring);
      throw failure;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean offer(int type, DirectBuffer buffer, int offset, int length, long timeoutNanos) {
    return producer.offer(type, buffer, offset, length, WaitStrategy.blocking(), timeoutNanos) >= 0;
  }

  @Override
  public boolean hasReader() {
    return publication == null || !ring.counters().groups().isEmpty();
  }

  @Override
  public void close() {
    Closing.closeAll(producer, publication, ring);
  }
}
