package io.millrace.perf.peer;

import io.millrace.discovery.Registry;
import io.millrace.perf.link.Answerer;
import io.millrace.perf.link.CallLink;
import io.millrace.perf.link.CallOrder;
import io.millrace.perf.link.Caller;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Waits;
import io.millrace.perf.link.Sink;
import io.millrace.request.CallOptions;
import io.millrace.request.ClientOptions;
import io.millrace.request.Reply;
import io.millrace.request.ReplyHandler;
import io.millrace.request.RequestClient;
import io.millrace.request.RequestHandler;
import io.millrace.request.RequestServer;
import io.millrace.request.Requests;
import io.millrace.ring.WaitStrategy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

/** A client and a server of Millrace. */
final class RequestLink implements CallLink {
  /** More than are open at once. */
  private static final int CALLS = 128;

  private static final int TYPE = 1;
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("requestCapacity", place.capacity());
    settings.put("calls", CALLS);
    settings.put(
        "waiting", "WaitStrategy." + (place.waits() == Waits.SPIN ? "spinning()" : "blocking()"));
    return settings;
  }

  private static Registry registry(LinkPlace place) {
    return Registry.open(place.directory().resolve("registry"));
  }

  private static WaitStrategy strategy(LinkPlace place, boolean yields) {
    if (place.waits() == Waits.BLOCK) {
      return WaitStrategy.blocking();
    }
    return yields ? WaitStrategy.idling(new YieldingIdleStrategy()) : WaitStrategy.spinning();
  }

  @Override
  public Caller caller(LinkPlace place, boolean yields) {
    ClientOptions options =
        ClientOptions.defaults()
            .calls(CALLS)
            .greatestReply(place.length())
            .requestCapacity(place.capacity())
            .waiting(strategy(place, yields));
    Registry registry = registry(place);
    RequestClient client = Requests.client(registry, place.name(), options);
    return new Asking(registry, client, place.waits() == Waits.BLOCK);
  }

  @Override
  public Answerer answerer(LinkPlace place, boolean yields) {
    Registry registry = registry(place);
    RequestServer server = Requests.server(registry, place.name());
    return new Answering(registry, server, place.waits() == Waits.BLOCK);
  }

  private static final class Asking implements Caller {
    private final Registry registry;
    private final RequestClient client;
    private final boolean sleeps;
    private final WaitStrategy blocking = WaitStrategy.blocking();
    private final CallOrder order = new CallOrder(CALLS);
    private Sink sink;
    private final ReplyHandler handler = this::receive;

    Asking(Registry registry, RequestClient client, boolean sleeps) {
      this.registry = registry;
      this.client = client;
      this.sleeps = sleeps;
    }

    private void receive(long call, int type, DirectBuffer buffer, int offset, int length) {
      order.answered(call);
      sink.onMessage(buffer, offset, length);
    }

    /** The server comes to the client. */
    @Override
    public void connect() {}

    @Override
    public void call(DirectBuffer source, int offset, int length, Sink replies) {
      Reply reply = client.call(TYPE, source, offset, length, CallOptions.defaults());
      replies.onMessage(reply.buffer(), 0, reply.length());
    }

    @Override
    public boolean send(DirectBuffer source, int offset, int length) {
      long call = client.send(TYPE, source, offset, length);
      if (call < 0) {
        return false;
      }
      order.sent(call);
      return true;
    }

    @Override
    public int poll(Sink replies, int limit) {
      sink = replies;
      return sleeps
          ? client.poll(handler, limit, blocking, SLEEP_NANOS)
          : client.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(client, registry);
    }
  }

  private static final class Answering implements Answerer {
    private final Registry registry;
    private final RequestServer server;
    private final boolean sleeps;
    private final WaitStrategy blocking = WaitStrategy.blocking();
    private final RequestHandler handler =
        (request, type, buffer, offset, length) -> {
          if (request.reply(type, buffer, offset, length) < 0) {
            throw new IllegalStateException("no room for a reply, or nobody waits for it");
          }
        };

    Answering(Registry registry, RequestServer server, boolean sleeps) {
      this.registry = registry;
      this.server = server;
      this.sleeps = sleeps;
    }

    /** It finds clients as it polls. */
    @Override
    public void connect() {}

    @Override
    public int answer(int limit) {
      return sleeps
          ? server.poll(handler, limit, blocking, SLEEP_NANOS)
          : server.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(server, registry);
    }
  }
}
