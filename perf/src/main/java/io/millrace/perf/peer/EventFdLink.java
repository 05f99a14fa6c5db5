package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.discovery.model.DescriptorKind;
import io.millrace.discovery.model.ServiceSpec;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.nativecall.Kernel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The floor of waking somebody up: a {@link Line} for the message, one write to an eventfd, one
 * blocking read. Millrace's registry hands the descriptor over, before anything is measured.
 */
final class EventFdLink extends LineLink {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("wait", "blocking read of an eventfd");
  }

  private static Registry registry(LinkPlace place) {
    return Registry.open(place.directory().resolve("registry"));
  }

  @Override
  Bell receiverBell(LinkPlace place, Line line) {
    int event = Kernel.eventFd();
    Registry registry = registry(place);
    registry.publish(ServiceSpec.named(place.name()).descriptor(event, DescriptorKind.EVENT));
    return new Event(event, registry::close);
  }

  @Override
  Bell senderBell(LinkPlace place, Line line) throws InterruptedException {
    try (Registry registry = registry(place)) {
      registry
          .await(place.name(), PATIENCE)
          .orElseThrow(() -> new IllegalStateException("nobody published " + place.name()));
      return new Event(registry.acquire(place.name()).take()[0], () -> {});
    }
  }

  private static final class Event implements Bell {
    private final int descriptor;
    private final Runnable withdraw;

    /** The eight bytes that are written, and those that are read. */
    private final UnsafeBuffer one = new UnsafeBuffer(ByteBuffer.allocateDirect(Long.BYTES));

    private final UnsafeBuffer count = new UnsafeBuffer(ByteBuffer.allocateDirect(Long.BYTES));

    Event(int descriptor, Runnable withdraw) {
      this.descriptor = descriptor;
      this.withdraw = withdraw;
      one.putLong(0, 1);
    }

    @Override
    public void ring() {
      Kernel.write(descriptor, one.addressOffset(), Long.BYTES);
    }

    @Override
    public void await() {
      Kernel.read(descriptor, count.addressOffset(), Long.BYTES);
    }

    @Override
    public void close() {
      withdraw.run();
      Kernel.close(descriptor);
    }
  }
}
