package io.millrace.perf.peer;

import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Answerer;
import io.millrace.perf.link.CallLink;
import io.millrace.perf.link.Caller;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/** What one writes by hand: one link for the requests, one back for the replies. */
final class TwoLinks implements CallLink {
  private static final String REQUESTS = "requests";
  private static final String REPLIES = "replies";

  private final Link link;

  TwoLinks(Link link) {
    this.link = link;
  }

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    return link.settings(place);
  }

  @Override
  public void prepare(Fork fork, LinkPlace place) throws Exception {
    link.prepare(fork, List.of(place.named(REQUESTS), place.named(REPLIES)));
  }

  @Override
  public List<String> jvmFlags() {
    return link.jvmFlags();
  }

  @Override
  public Caller caller(LinkPlace place, boolean yields) throws Exception {
    return new Asking(new Ends(link, place.named(REPLIES), place.named(REQUESTS), yields));
  }

  @Override
  public Answerer answerer(LinkPlace place, boolean yields) throws Exception {
    return new Answering(new Ends(link, place.named(REQUESTS), place.named(REPLIES), yields));
  }

  /** What one process has of both links. */
  private static final class Ends {
    private final Link link;
    private final LinkPlace to;
    final Pause pause;
    final Receiver receiver;
    Sender sender;

    Ends(Link link, LinkPlace from, LinkPlace to, boolean yields) throws Exception {
      this.link = link;
      this.to = to;
      pause = new Pause(yields);
      receiver = link.receiver(from);
    }

    void connect() throws Exception {
      sender = link.sender(to);
    }

    void offer(DirectBuffer source, int offset, int length) {
      while (!sender.offer(source, offset, length)) {
        pause.once();
      }
    }

    void close() {
      CloseHelper.closeAll(sender, receiver);
    }
  }

  private record Asking(Ends ends) implements Caller {
    @Override
    public void connect() throws Exception {
      ends.connect();
    }

    @Override
    public void call(DirectBuffer source, int offset, int length, Sink sink) throws Exception {
      ends.offer(source, offset, length);
      while (ends.receiver.poll(sink, 1) == 0) {
        ends.pause.once();
      }
    }

    @Override
    public boolean send(DirectBuffer source, int offset, int length) {
      return ends.sender.offer(source, offset, length);
    }

    @Override
    public int poll(Sink sink, int limit) throws Exception {
      return ends.receiver.poll(sink, limit);
    }

    @Override
    public void close() {
      ends.close();
    }
  }

  private static final class Answering implements Answerer {
    private final Ends ends;
    private final Sink reply;

    Answering(Ends ends) {
      this.ends = ends;
      reply = ends::offer;
    }

    @Override
    public void connect() throws Exception {
      ends.connect();
    }

    @Override
    public int answer(int limit) throws Exception {
      return ends.receiver.poll(reply, limit);
    }

    @Override
    public void close() {
      ends.close();
    }
  }
}
