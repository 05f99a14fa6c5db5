package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/** The floor: a bare {@link Line} in shared memory. */
final class LineLink implements Link {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("memory", "a mapped file in tmpfs");
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws IOException {
    for (LinkPlace place : places) {
      Line.create(place).close();
    }
  }

  @Override
  public Receiver receiver(LinkPlace place) throws IOException {
    return new End(Line.open(place));
  }

  @Override
  public Sender sender(LinkPlace place) throws IOException {
    return new Start(Line.open(place));
  }

  private record End(Line line) implements Receiver {
    @Override
    public int poll(Sink sink, int limit) {
      return line.take(sink) ? 1 : 0;
    }

    @Override
    public void close() {
      line.close();
    }
  }

  private record Start(Line line) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      line.put(source, offset, length);
      return true;
    }

    @Override
    public void close() {
      line.close();
    }
  }
}
