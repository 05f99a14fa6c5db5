package io.millrace.perf.peer;

import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * No link: a bare appender of Chronicle Queue, which keeps as many messages as are asked for. What
 * a recorder can be at best.
 */
final class AppenderLink implements Link {
  private static final long MOST_BYTES = 1 << 28;

  private final ChronicleLink queue = new ChronicleLink();

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return queue.settings(place);
  }

  @Override
  public List<String> jvmFlags() {
    return queue.jvmFlags();
  }

  @Override
  public long mostBytes() {
    return MOST_BYTES;
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    return new End(queue.sender(place), new UnsafeBuffer(new byte[place.length()]));
  }

  /** Never has anything: it only takes the processor that the other subjects' senders take. */
  @Override
  public Sender sender(LinkPlace place) {
    return new Sender() {
      @Override
      public boolean offer(DirectBuffer source, int offset, int length) {
        return false;
      }

      @Override
      public void close() {}
    };
  }

  private record End(Sender appender, UnsafeBuffer message) implements Receiver {
    @Override
    public int poll(Sink sink, int limit) {
      for (int i = 0; i < limit; i++) {
        message.putLong(0, i);
        appender.offer(message, 0, message.capacity());
      }
      return limit;
    }

    @Override
    public void close() throws IOException {
      appender.close();
    }
  }
}
