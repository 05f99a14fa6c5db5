package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import io.millrace.perf.nativecall.Kernel;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/** The other floor of waking somebody up: a {@link Line}, and a futex beside it. */
final class FutexLink implements Link {
  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return Map.of("wait", "FUTEX_WAIT");
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

  private static final class End implements Receiver {
    private final Line line;
    private final long address;
    private int seen;

    End(Line line) {
      this.line = line;
      address = line.memory().addressOffset() + line.wordOffset();
    }

    @Override
    public int poll(Sink sink, int limit) {
      int word = line.memory().getIntVolatile(line.wordOffset());
      while (word == seen) {
        Kernel.futexWait(address, seen);
        word = line.memory().getIntVolatile(line.wordOffset());
      }
      seen = word;
      return line.take(sink) ? 1 : 0;
    }

    @Override
    public void close() {
      line.close();
    }
  }

  private static final class Start implements Sender {
    private final Line line;
    private final long address;
    private int word;

    Start(Line line) {
      this.line = line;
      address = line.memory().addressOffset() + line.wordOffset();
    }

    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      line.put(source, offset, length);
      line.memory().putIntVolatile(line.wordOffset(), ++word);
      Kernel.futexWake(address);
      return true;
    }

    @Override
    public void close() {
      line.close();
    }
  }
}
