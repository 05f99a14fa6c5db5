package io.millrace.perf.bench;

import io.millrace.discovery.Registry;
import io.millrace.perf.harness.ChildJvm;
import io.millrace.perf.harness.Cpus;
import io.millrace.perf.harness.Fork;
import io.millrace.perf.harness.Metric;
import io.millrace.perf.harness.Parent;
import io.millrace.perf.harness.Role;
import io.millrace.perf.harness.Sample;
import io.millrace.perf.harness.Trial;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.RecordHandler;
import io.millrace.ring.RingOptions;
import io.millrace.ring.WaitStrategy;
import io.millrace.ring.Waitable;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import io.millrace.topic.TopicSubscriber;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A subscriber of many publishers, one of which publishes: what it costs to take its record, and to
 * get ready to sleep after it.
 */
final class SilentPublishersTrial implements Trial.Body {
  private static final Metric ARM = Metric.nanos("arm_time");
  private static final Metric POLL = Metric.nanos("poll_time");
  private static final String TOPIC = "t";
  private static final int ROLES = 2;
  private static final int WARM_UP = 20_000;
  private static final int MEASURED = 20_000;
  private static final int PATIENCE_SECONDS = 60;

  /** Each ring costs its process some descriptors, of which some systems give few. */
  private static final int PUBLISHERS_A_HOST = 250;

  private static final PublisherOptions OPTIONS =
      PublisherOptions.ring(RingOptions.capacity(64 * 1024).maxWaiters(1));

  private final int publishers;

  SilentPublishersTrial(int publishers) {
    this.publishers = publishers;
  }

  @Override
  public Sample run(Fork fork) throws Exception {
    Path place = PublishTrial.privateDirectory(fork, "topics");
    // One of them is the subscriber's own.
    for (int first = 1; first < publishers; first += PUBLISHERS_A_HOST) {
      int count = Math.min(publishers - first, PUBLISHERS_A_HOST);
      Map<String, Object> which = Map.of("place", place, "count", count);
      ChildJvm host = fork.start("publishers" + first, HostRole.class, List.of(), which);
      host.expect("ready", PATIENCE_SECONDS);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("place", place);
    all.put("publishers", publishers);
    ChildJvm subscriber =
        fork.start("subscriber", SubscriberRole.class, Cpus.of(fork.plan().cpus(), 0, ROLES), all);
    Histogram arming = subscriber.expectHistogram("arming", PATIENCE_SECONDS);
    Histogram polling = subscriber.expectHistogram("polling", PATIENCE_SECONDS);
    return new Sample()
        .with(arming)
        .with(ARM, arming.getValueAtPercentile(50), arming.getTotalCount())
        .with(POLL, polling.getValueAtPercentile(50), polling.getTotalCount());
  }

  /** Has publishers that are silent. */
  public static final class HostRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      List<TopicPublisher> all = new ArrayList<>();
      try (Registry registry = Registry.open(Path.of(parent.argument("place")))) {
        for (int i = 0; i < parent.integer("count"); i++) {
          all.add(Topic.publisher(registry, TOPIC, OPTIONS));
        }
        parent.say("ready");
        parent.hear("never", PATIENCE_SECONDS);
        all.forEach(TopicPublisher::close);
      }
    }
  }

  /** Publishes by itself to one of the rings, so that no other processor has a part in it. */
  public static final class SubscriberRole implements Role {
    private final Histogram arming = new Histogram(PublishTrial.DIGITS);
    private final Histogram polling = new Histogram(PublishTrial.DIGITS);
    private long received;

    @Override
    public void run(Parent parent) throws Exception {
      int publishers = parent.integer("publishers");
      UnsafeBuffer record = new UnsafeBuffer(new byte[Long.BYTES]);
      RecordHandler handler = (type, buffer, offset, length) -> received++;
      try (Registry registry = Registry.open(Path.of(parent.argument("place")));
          TopicPublisher busy = Topic.publisher(registry, TOPIC, OPTIONS);
          TopicSubscriber subscriber = Topic.subscriber(registry, TOPIC, GroupOptions.named("g"))) {
        while (subscriber.publishers().size() < publishers) {
          subscriber.poll(handler, 1);
        }
        // A sleep that lasts: all silent rings are asked for good.
        WaitStrategy blocking = WaitStrategy.blocking();
        for (int i = 0; i < 10; i++) {
          subscriber.poll(handler, 1, blocking, TimeUnit.MILLISECONDS.toNanos(50));
        }
        Waitable records = subscriber.waitForRecords();
        for (int i = 0; i < WARM_UP + MEASURED; i++) {
          long before = received;
          busy.offer(1, record, 0, Long.BYTES);
          long start = System.nanoTime();
          do {
            subscriber.poll(handler, 100);
          } while (received == before);
          long polled = System.nanoTime();
          boolean armed = records.prepareWait();
          long end = System.nanoTime();
          if (i >= WARM_UP) {
            polling.recordValue(polled - start);
            if (armed) {
              arming.recordValue(end - polled);
            }
          }
        }
        records.cancelWait();
        parent.say("arming", arming);
        parent.say("polling", polling);
        parent.hear("never", PATIENCE_SECONDS);
      }
    }
  }
}
