package io.millrace.soak;

import io.millrace.barrier.Barrier;
import io.millrace.discovery.Registry;
import io.millrace.request.RequestHandler;
import io.millrace.request.RequestServer;
import io.millrace.request.Requests;
import io.millrace.ring.WaitStrategy;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** Offers one of everything until it is killed. Arguments: the root, the path of the snapshot. */
final class SoakPeer {
  static final String TOPIC = "numbers";
  static final String SERVICE = "echo";
  static final String BARRIER = "meeting";
  static final int TYPE = 1;

  private SoakPeer() {}

  public static void main(String[] arguments) throws Exception {
    try (Registry registry = Registry.open(Path.of(arguments[0]));
        TopicPublisher publisher =
            Topic.publisher(registry, TOPIC, PublisherOptions.capacity(1 << 16));
        RequestServer server = Requests.server(registry, SERVICE);
        Barrier barrier = Barrier.createOrJoin(registry, BARRIER, 2);
        SnapshotWriter writer = Synchronizer.open(Path.of(arguments[1])).writer()) {
      System.out.println("ready");
      barrier.await();
      serve(publisher, server, writer);
    }
  }

  private static void serve(TopicPublisher publisher, RequestServer server, SnapshotWriter writer) {
    UnsafeBuffer number = new UnsafeBuffer(new byte[Long.BYTES]);
    RequestHandler echo =
        (request, type, buffer, offset, length) -> request.reply(type, buffer, offset, length);
    for (long i = 0; ; i++) {
      number.putLong(0, i);
      publisher.offer(TYPE, number, 0, Long.BYTES);
      writer.write(number, 0, Long.BYTES, Duration.ofSeconds(10));
      server.poll(echo, 10, WaitStrategy.blocking(), TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
