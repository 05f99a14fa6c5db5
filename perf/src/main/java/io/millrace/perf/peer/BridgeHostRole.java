package io.millrace.perf.peer;

import io.millrace.bridge.BridgeListener;
import io.millrace.bridge.BridgeReceiver;
import io.millrace.bridge.BridgeReceiverOptions;
import io.millrace.bridge.BridgeSender;
import io.millrace.bridge.BridgeSenderOptions;
import io.millrace.discovery.Registry;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.link.LinkPlace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One of two hosts: the sender of a bridge for what goes out, the receiver for what comes in. */
public final class BridgeHostRole implements Role {
  static final String NAMES = "names";
  private static final int PATIENCE_SECONDS = 60;
  private static final int BATCH = 1024;
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  @Override
  public void run(Parent parent) throws Exception {
    parent.say("here");
    parent.hear("open", PATIENCE_SECONDS);
    String host = parent.argument(TwoHosts.HOST);
    List<CountDownLatch> live = new ArrayList<>();
    for (String name : parent.argument(NAMES).split(",")) {
      LinkPlace place = LinkPlace.at(Path.of(parent.argument("directory")), name);
      if (TwoHosts.sendingHost(place).equals(host)) {
        start("sender of " + name, () -> send(place));
      } else {
        CountDownLatch joined = new CountDownLatch(1);
        live.add(joined);
        start("receiver of " + name, () -> receive(place, joined));
      }
    }
    for (CountDownLatch joined : live) {
      if (!joined.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the receiver on the " + host + " host is not live");
      }
    }
    parent.say("ready");
    parent.hear("end", (int) TimeUnit.DAYS.toSeconds(1));
  }

  /** What such a thread throws is printed, and the trial says why nothing comes any more. */
  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void send(LinkPlace place) {
    String host = TwoHosts.sendingHost(place);
    Path directory = TwoHosts.directory(place, host);
    BridgeSenderOptions options =
        BridgeSenderOptions.to(
                TwoHosts.channel(place), directory.resolve("archive"), TwoHosts.archive(host))
            .driver(directory.resolve("driver-out"));
    try (Registry registry = BridgeLink.registry(place, host);
        BridgeSender sender = BridgeSender.open(registry, options)) {
      sender.add(place.name());
      while (true) {
        sender.poll(BATCH, WAIT_NANOS);
      }
    }
  }

  private static void receive(LinkPlace place, CountDownLatch live) {
    String host = TwoHosts.receivingHost(place);
    Path directory = TwoHosts.directory(place, host);
    BridgeListener listener =
        new BridgeListener() {
          @Override
          public void onLive() {
            live.countDown();
          }
        };
    BridgeReceiverOptions options =
        BridgeReceiverOptions.listen(
                TwoHosts.channel(place),
                TwoHosts.archive(TwoHosts.sendingHost(place)),
                TwoHosts.address(host),
                directory.resolve("received"))
            .driver(directory.resolve("driver-in"))
            .listener(listener);
    try (Registry registry = BridgeLink.registry(place, host);
        BridgeReceiver receiver = BridgeReceiver.open(registry, options)) {
      while (true) {
        receiver.poll(BATCH, WAIT_NANOS);
      }
    }
  }
}
