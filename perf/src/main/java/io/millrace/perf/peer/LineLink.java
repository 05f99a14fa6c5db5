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

/** The floor: a bare {@link Line} in shared memory. With a {@link Bell}, the floor of waking up. */
class LineLink implements Link {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("memory", "a mapped file in tmpfs");
  }

  @Override
  public final void prepare(Fork fork, List<LinkPlace> places) throws IOException {
    for (LinkPlace place : places) {
      Line.create(place).close();
    }
  }

  /** The receiver's part of what wakes it. */
  Bell receiverBell(LinkPlace place, Line line) {
    return Bell.NONE;
  }

  /** The sender's part of it, opened after the receiver's. */
  Bell senderBell(LinkPlace place, Line line) throws InterruptedException {
    return Bell.NONE;
  }

  @Override
  public final Receiver receiver(LinkPlace place) throws IOException {
    Line line = Line.open(place);
    return new End(line, receiverBell(place, line));
  }

  @Override
  public final Sender sender(LinkPlace place) throws IOException, InterruptedException {
    Line line = Line.open(place);
    return new Start(line, senderBell(place, line));
  }

  private record End(Line line, Bell bell) implements Receiver {
    @Override
    public int poll(Sink sink, int limit) {
      bell.await();
      return line.take(sink) ? 1 : 0;
    }

    @Override
    public void close() {
      bell.close();
      line.close();
    }
  }

  private record Start(Line line, Bell bell) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      line.put(source, offset, length);
      bell.ring();
      return true;
    }

    @Override
    public void close() {
      bell.close();
      line.close();
    }
  }
}
