package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.ring.AgronaRingBuffer;
import io.millrace.ring.Ring;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;

/** A ring of Millrace, used through its adapter for users of Agrona's ring buffers. */
final class MillraceAdapterLink implements Link {
  private static final int TYPE = 1;
  private static final String GROUP = "agrona";

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return new MillraceLink().settings(place);
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    Registry registry = MillraceLink.registry(place);
    Ring ring = MillraceLink.publish(registry, place);
    return new End(registry, ring, AgronaRingBuffer.of(ring, GROUP));
  }

  @Override
  public Sender sender(LinkPlace place) throws InterruptedException {
    Registry registry = MillraceLink.registry(place);
    Ring ring = MillraceLink.join(registry, place);
    return new Start(registry, ring, AgronaRingBuffer.of(ring, GROUP));
  }

  /** The reading half. */
  private static final class End implements Receiver {
    private final Registry registry;
    private final Ring ring;
    private final AgronaRingBuffer adapter;
    private Sink sink;
    private final MessageHandler handler =
        (type, buffer, offset, length) -> sink.onMessage(buffer, offset, length);

    End(Registry registry, Ring ring, AgronaRingBuffer adapter) {
      this.registry = registry;
      this.ring = ring;
      this.adapter = adapter;
    }

    @Override
    public int poll(Sink messages, int limit) {
      sink = messages;
      return adapter.read(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(adapter, registry, ring);
    }
  }

  /** The writing half. */
  private record Start(Registry registry, Ring ring, AgronaRingBuffer adapter) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      return adapter.write(TYPE, source, offset, length);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(adapter, ring, registry);
    }
  }
}
