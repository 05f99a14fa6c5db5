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
import io.millrace.ring.WaitStrategy;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import io.millrace.topic.TopicSubscriber;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Ends a publisher and starts another one, again and again, under a subscriber that sleeps: from
 * before the start to the first record in its handler, and from the last record of the one to the
 * first one of the other.
 */
final class TopicStartTrial implements Trial.Body {
  private static final Metric START = Metric.nanos("start_to_record_p50");
  private static final Metric GAP = Metric.nanos("restart_gap_p50");
  private static final String TOPIC = "t";
  private static final int CAPACITY = 64 * 1024;
  private static final int ROLES = 2;
  private static final int WARM_UP = 300;
  private static final int MEASURED = 500;
  private static final int MEASURED_QUICKLY = 100;
  private static final int RECORDS = 3;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  @Override
  public Sample run(Fork fork) throws Exception {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("place", PublishTrial.privateDirectory(fork, "topics"));
    arguments.put("count", fork.plan().quick() ? MEASURED_QUICKLY : MEASURED);
    List<Integer> cpus = fork.plan().cpus();
    ChildJvm subscriber =
        fork.start("subscriber", SubscriberRole.class, Cpus.of(cpus, 0, ROLES), arguments);
    subscriber.expect("reading", PublishTrial.PATIENCE_SECONDS);
    fork.start("publisher", PublisherRole.class, Cpus.of(cpus, 1, ROLES), arguments);
    Histogram starts = subscriber.expectHistogram("starts", PublishTrial.PATIENCE_SECONDS);
    Histogram gaps = subscriber.expectHistogram("gaps", PublishTrial.PATIENCE_SECONDS);
    return new Sample()
        .with(starts)
        .with(START, starts.getValueAtPercentile(50), starts.getTotalCount())
        .with(GAP, gaps.getValueAtPercentile(50), gaps.getTotalCount());
  }

  /** The first record of each publisher says when it was started. */
  public static final class PublisherRole implements Role {
    @Override
    public void run(Parent parent) throws Exception {
      UnsafeBuffer record = new UnsafeBuffer(new byte[Long.BYTES]);
      PublisherOptions options = PublisherOptions.capacity(CAPACITY);
      try (Registry registry = Registry.open(Path.of(parent.argument("place")))) {
        for (int i = 0; i < WARM_UP + parent.integer("count"); i++) {
          record.putLong(0, System.nanoTime());
          try (TopicPublisher publisher = Topic.publisher(registry, TOPIC, options)) {
            for (int j = 0; j < RECORDS; j++) {
              publisher.offer(j, record, 0, Long.BYTES);
              LockSupport.parkNanos(PAUSE_NANOS); // The subscriber falls asleep.
            }
            if (!publisher.awaitSubscribers(TimeUnit.SECONDS.toNanos(10))) {
              throw new IllegalStateException("the subscriber does not join");
            }
          }
        }
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }
  }

  /** Sleeps, and notes when records come. */
  public static final class SubscriberRole implements Role {
    private final Histogram starts = new Histogram(PublishTrial.DIGITS);
    private final Histogram gaps = new Histogram(PublishTrial.DIGITS);
    private long last;
    private int publishers;

    @Override
    public void run(Parent parent) throws Exception {
      int count = parent.integer("count");
      WaitStrategy blocking = WaitStrategy.blocking();
      RecordHandler handler = (type, buffer, offset, length) -> note(type, buffer.getLong(offset));
      try (Registry registry = Registry.open(Path.of(parent.argument("place")));
          TopicSubscriber subscriber = Topic.subscriber(registry, TOPIC, GroupOptions.named("g"))) {
        parent.say("reading");
        while (publishers < WARM_UP + count) {
          subscriber.poll(handler, 100, blocking, TimeUnit.SECONDS.toNanos(1));
        }
        parent.say("starts", starts);
        parent.say("gaps", gaps);
        parent.hear("never", PublishTrial.PATIENCE_SECONDS);
      }
    }

    private void note(int type, long started) {
      long now = System.nanoTime();
      if (type == 0 && ++publishers > WARM_UP) {
        starts.recordValue(now - started);
        gaps.recordValue(now - last);
      }
      last = now;
    }
  }
}
