package io.millrace.request;

import static io.millrace.request.CallLayout.*;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.os.Closing;
import io.millrace.os.Descriptor;
import io.millrace.os.Mapping;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import org.agrona.concurrent.UnsafeBuffer;

/** Publishes what a client publishes, and writes what it likes. */
final class HostileClient implements AutoCloseable {
  static final int SLOTS = 4;
  static final int GREATEST_REPLY = 100;

  final Ring requestRing = ring();
  final Ring replyRing = ring();
  final Descriptor memory = CallTable.create("s", SLOTS, GREATEST_REPLY);
  final Publication publication;
  final Producer requests;
  final UnsafeBuffer words;
  private final Mapping mapping;
  private final UnsafeBuffer header = new UnsafeBuffer(new byte[REQUEST_HEADER]);

  HostileClient(Registry registry, String service) {
    requestRing.addGroup(RequestRecord.GROUP);
    requests = requestRing.addProducer();
    int length = CallLayout.length(SLOTS);
    mapping = Mapping.of(memory, 0, length, true);
    words = new UnsafeBuffer(mapping.buffer(0, length));
    publication = publish(registry, service, requestRing, replyRing, memory);
  }

  static Ring ring() {
    return Ring.create(
        RingOptions.capacity(1 << 16).maxGroups(2).maxConsumers(4).maxProducers(4).maxWaiters(2));
  }

  static Publication publish(
      Registry registry, String service, Ring requests, Ring replies, Descriptor memory) {
    String name = RequestRecord.CLIENTS.unique(service);
    return registry.publish(RequestRecord.client(name, service, requests, replies, memory));
  }

  /** What a client shows of a call that is open. */
  void open(long correlation) {
    words.putLongRelease(slot((int) correlation & SLOTS - 1) + SLOT_OPEN, correlation);
  }

  boolean send(long correlation, long deadline, int attempt, int window, int length) {
    header.putLong(REQUEST_CORRELATION, correlation);
    header.putInt(REQUEST_ATTEMPT, attempt);
    header.putInt(REQUEST_LIMITS, CallLayout.limits(deadline, window));
    int slot = slot((int) correlation & SLOTS - 1);
    words.putLong(slot + SLOT_DEADLINE, deadline);
    words.putInt(slot + SLOT_WINDOW, window);
    UnsafeBuffer payload = new UnsafeBuffer(new byte[length]);
    return requests.offer(1, header, 0, REQUEST_HEADER, payload, 0, length) >= 0;
  }

  @Override
  public void close() {
    Closing.closeAll(publication, requests, requestRing, replyRing, mapping, memory);
  }
}
