package io.millrace.perf.peer;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Answerer;
import io.millrace.perf.link.CallLink;
import io.millrace.perf.link.Caller;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.Sink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/**
 * Aeron's response channels over IPC: the client's publication names its subscription, and the
 * server answers each client by a publication that names the image of the requests.
 */
final class AeronCallLink implements CallLink {
  private static final int PATIENCE_SECONDS = 30;
  private static final int REQUESTS = 1001;
  private static final int REPLIES = 1002;

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("termLength", "default");
    settings.put("channel", "response channel, exclusive publications");
    settings.put("driver", AeronLink.DRIVER);
    return settings;
  }

  @Override
  public void prepare(Fork fork, LinkPlace place) throws Exception {
    new AeronLink().prepare(fork, List.of(place));
  }

  @Override
  public Caller caller(LinkPlace place, boolean yields) {
    return new Asking(AeronLink.connect(place), yields);
  }

  @Override
  public Answerer answerer(LinkPlace place, boolean yields) {
    return new Answering(AeronLink.connect(place), yields);
  }

  private static ChannelUriStringBuilder channel() {
    return new ChannelUriStringBuilder().media(CommonContext.IPC_MEDIA);
  }

  private static ChannelUriStringBuilder responseChannel() {
    return channel().controlMode(CommonContext.CONTROL_MODE_RESPONSE);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IllegalStateException("Aeron: " + what + " does not come");
      }
      Thread.onSpinWait();
    }
  }

  /** Tells whether it was sent; false if there is no room now. */
  private static boolean offer(
      ExclusivePublication publication, DirectBuffer source, int offset, int length) {
    long position = publication.offer(source, offset, length);
    if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
      throw new IllegalStateException(Publication.errorString(position));
    }
    return position >= 0;
  }

  private static final class Asking implements Caller {
    private final Aeron aeron;
    private final Pause pause;
    private final Subscription replies;
    private final ExclusivePublication requests;
    private Sink sink;
    private final FragmentHandler handler =
        new FragmentAssembler(
            (buffer, offset, length, header) -> sink.onMessage(buffer, offset, length));

    Asking(Aeron aeron, boolean yields) {
      this.aeron = aeron;
      pause = new Pause(yields);
      replies = aeron.addSubscription(responseChannel().build(), REPLIES);
      requests =
          aeron.addExclusivePublication(
              channel().responseCorrelationId(replies.registrationId()).build(), REQUESTS);
    }

    @Override
    public void connect() {
      await("the server", requests::isConnected);
      await("its way back", replies::isConnected);
    }

    @Override
    public void call(DirectBuffer source, int offset, int length, Sink reply) {
      while (!offer(requests, source, offset, length)) {
        pause.once();
      }
      while (poll(reply, 1) == 0) {
        pause.once();
      }
    }

    @Override
    public boolean send(DirectBuffer source, int offset, int length) {
      return offer(requests, source, offset, length);
    }

    @Override
    public int poll(Sink messages, int limit) {
      sink = messages;
      return replies.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(requests, replies, aeron);
    }
  }

  private static final class Answering implements Answerer {
    private final Aeron aeron;
    private final Pause pause;
    private final Subscription requests;
    private ExclusivePublication replies;
    private final FragmentHandler handler =
        new FragmentAssembler((buffer, offset, length, header) -> reply(buffer, offset, length));

    Answering(Aeron aeron, boolean yields) {
      this.aeron = aeron;
      pause = new Pause(yields);
      requests = aeron.addSubscription(channel().build(), REQUESTS);
    }

    private void reply(DirectBuffer buffer, int offset, int length) {
      while (!offer(replies, buffer, offset, length)) {
        pause.once();
      }
    }

    @Override
    public void connect() {
      await("a client", requests::isConnected);
      long client = requests.imageAtIndex(0).correlationId();
      replies =
          aeron.addExclusivePublication(
              responseChannel().responseCorrelationId(client).build(), REPLIES);
      await("its way back", replies::isConnected);
    }

    @Override
    public int answer(int limit) {
      return requests.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(replies, requests, aeron);
    }
  }
}
