package io.millrace.perf.peer;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.link.Link;
import io.millrace.perf.link.LinkPlace;
import io.millrace.perf.link.LinkPlace.Sends;
import io.millrace.perf.link.Receiver;
import io.millrace.perf.link.Sender;
import io.millrace.perf.link.Sink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/**
 * Aeron's IPC publication, with its driver as a third process.
 *
 * <p>The driver moves the sender's limit on, so it must get a processor now and then. The default
 * terms of 64 MiB leave it time for that; with the 1 MiB that the rings here have, one sender at
 * full speed was six times slower.
 */
final class AeronLink implements Link {
  static final String DRIVER = "ThreadingMode.SHARED, default idle strategies, not pinned";
  private static final int PATIENCE_SECONDS = 30;

  /** A channel for each direction; the same stream in both. */
  private static final int STREAM = 1001;

  @Override
  public Map<String, Object> settings(LinkPlace place) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("termLength", "default");
    settings.put("publication", place.sends() == Sends.SINGLE ? "exclusive" : "concurrent");
    settings.put("driver", DRIVER);
    return settings;
  }

  @Override
  public void prepare(Fork fork, List<LinkPlace> places) throws Exception {
    fork.start("aeron driver", AeronDriver.class, List.of(), Map.of())
        .expect("ready", PATIENCE_SECONDS);
  }

  static Aeron connect(LinkPlace place) {
    return Aeron.connect(
        new Aeron.Context()
            .aeronDirectoryName(place.directory().resolve(AeronDriver.DIRECTORY).toString()));
  }

  private static String channel(LinkPlace place) {
    return new ChannelUriStringBuilder().media(CommonContext.IPC_MEDIA).alias(place.name()).build();
  }

  /** Channels that differ in their alias only are the same channel. */
  private static int stream(LinkPlace place) {
    return STREAM + place.name().hashCode() % 1000;
  }

  @Override
  public Receiver receiver(LinkPlace place) {
    Aeron aeron = connect(place);
    return new End(aeron, aeron.addSubscription(channel(place), stream(place)));
  }

  @Override
  public Sender sender(LinkPlace place) {
    Aeron aeron = connect(place);
    Publication publication =
        place.sends() == Sends.SINGLE
            ? aeron.addExclusivePublication(channel(place), stream(place))
            : aeron.addPublication(channel(place), stream(place));
    awaitSubscriber(publication);
    return new Start(aeron, publication);
  }

  static void awaitSubscriber(Publication publication) {
    long start = System.nanoTime();
    while (!publication.isConnected()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IllegalStateException("Aeron found no subscriber for " + publication.channel());
      }
      Thread.yield();
    }
  }

  static final class End implements Receiver {
    private final Aeron aeron;
    private final Subscription subscription;
    private Sink sink;
    private final FragmentHandler handler =
        new FragmentAssembler(
            (buffer, offset, length, header) -> sink.onMessage(buffer, offset, length));

    End(Aeron aeron, Subscription subscription) {
      this.aeron = aeron;
      this.subscription = subscription;
    }

    @Override
    public int poll(Sink messages, int limit) {
      sink = messages;
      return subscription.poll(handler, limit);
    }

    @Override
    public void close() {
      CloseHelper.closeAll(subscription, aeron);
    }
  }

  record Start(Aeron aeron, Publication publication) implements Sender {
    @Override
    public boolean offer(DirectBuffer source, int offset, int length) {
      long position = publication.offer(source, offset, length);
      if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
        throw new IllegalStateException(Publication.errorString(position));
      }
      return position >= 0;
    }

    @Override
    public void close() {
      CloseHelper.closeAll(publication, aeron);
    }
  }
}
