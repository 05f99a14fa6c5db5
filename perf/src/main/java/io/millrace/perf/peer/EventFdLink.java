package io.millrace.perf.peer;

import io.millrace.discovery.DescriptorKind;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.ServiceSpec;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.perf.nativecall.Kernel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The floor of waking somebody up: a {@link Line} for the message, one write to an eventfd, one
 * blocking read. Millrace's registry hands the descriptor over, before anything is measured.
 */
final class EventFdLink implements Link {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("wait", "blocking read of an eventfd");
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws IOException {
    for (LinkPlace place : places) {
      Line.create(place).close();
    }
  }

  private static Registry registry(LinkPlace place) {
    return Registry.open(place.directory().resolve("registry"));
  }

  @Override
  public Receiver receiver(LinkPlace place) throws IOException {
    int event = Kernel.eventFd();
    Registry registry = registry(place);
    Publication publication =
        registry.publish(ServiceSpec.named(place.name()).descriptor(event, DescriptorKind.EVENT));
    return new End(Line.open(place), event, count(), registry, publication);
  }

  @Override
  public Sender sender(LinkPlace place) throws IOException, InterruptedException {
    try (Registry registry = registry(place)) {
      registry
          .await(place.name(), PATIENCE)
          .orElseThrow(() -> new IllegalStateException("nobody published " + place.name()));
      int event = registry.acquire(place.name()).take()[0];
      return new Start(Line.open(place), event, count());
    }
  }

  /** The eight bytes that an eventfd is read and written with. */
  private static UnsafeBuffer count() {
    UnsafeBuffer count = new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(Long.BYTES));
    count.putLong(0, 1);
    return count;
  }

  private record End(
      Line line, int event, UnsafeBuffer count, Registry registry, Publication publication)
      implements Receiver {
    @Override
    public int poll(Sink sink, int limit) {
      Kernel.read(event, count.addressOffset(), Long.BYTES);
      return line.take(sink) ? 1 : 0;
    }

    @Override
    public void close() {
      CloseHelper.closeAll(publication, registry, line);
      Kernel.close(event);
    }
  }

  private record Start(Line line, int event, UnsafeBuffer one) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      line.put(source, offset, length);
      Kernel.write(event, one.addressOffset(), Long.BYTES);
      return true;
    }

    @Override
    public void close() {
      line.close();
      Kernel.close(event);
    }
  }
}
