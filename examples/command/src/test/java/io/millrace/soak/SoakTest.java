package io.millrace.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.barrier.Barrier;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Service;
import io.millrace.recording.Recorder;
import io.millrace.recording.RecorderOptions;
import io.millrace.request.Reply;
import io.millrace.request.RequestClient;
import io.millrace.request.Requests;
import io.millrace.ring.GroupOptions;
import io.millrace.snapshot.Snapshot;
import io.millrace.snapshot.SnapshotReader;
import io.millrace.snapshot.SnapshotWriter;
import io.millrace.snapshot.Synchronizer;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.topic.SubscriberOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicSubscriber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One long-lived process uses everything while its peers are killed and come again, and holds no
 * more at the end than at the beginning. {@code -Dmillrace.soak.minutes=60}: how long; without it
 * some rounds, of which only descriptors, mappings and threads are compared.
 */
class SoakTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int MINUTES = Integer.getInteger("millrace.soak.minutes", 0);
  private static final int FEWEST_ROUNDS = 3;
  private static final int RECORDS = 20;

  /** What a JVM gains in an hour in which nothing leaks: code, profiles, and what is interned. */
  private static final long SLACK = 8 << 20;

  @TempDir Path root;
  @TempDir Path files;
  private final UnsafeBuffer request = new UnsafeBuffer(new byte[Long.BYTES]);

  @Test
  void nothingGrows() throws Exception {
    List<Sample> samples = new ArrayList<>();
    try (Registry registry = Registry.open(root);
        TopicSubscriber subscriber =
            Topic.subscriber(
                registry,
                SoakPeer.TOPIC,
                SubscriberOptions.group(GroupOptions.named("reader")).linger(Duration.ZERO));
        RequestClient client = Requests.client(registry, SoakPeer.SERVICE);
        SnapshotReader reader = firstState()) {
      long start = System.nanoTime();
      long minutes = 0;
      for (int rounds = 0; rounds < FEWEST_ROUNDS || minutes < MINUTES; rounds++) {
        round(registry, subscriber, client, reader);
        long now = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - start);
        if (MINUTES == 0 || now > minutes) {
          minutes = now;
          samples.add(Sample.take());
          System.getLogger("soak")
              .log(
                  System.Logger.Level.INFO,
                  () -> samples.size() + ": " + samples.get(samples.size() - 1));
        }
      }
    }
    assertSame(samples, Sample::descriptors);
    assertSame(samples, Sample::mappings);
    assertSame(samples, Sample::threads);
    if (MINUTES > 0) {
      assertNoSlope(samples, Sample::heap);
      assertNoSlope(samples, Sample::outsideHeap);
    }
  }

  private static Set<String> names(Registry registry) {
    return registry.list().stream().map(Service::name).collect(Collectors.toSet());
  }

  private SnapshotReader firstState() {
    Synchronizer state = Synchronizer.open(files.resolve("state"));
    try (SnapshotWriter writer = state.writer()) {
      writer.write(request, 0, Long.BYTES, DEADLINE);
    }
    return state.reader();
  }

  private void round(
      Registry registry, TopicSubscriber subscriber, RequestClient client, SnapshotReader reader)
      throws Exception {
    Set<String> own = names(registry);
    try (ChildProcess peer =
            ChildProcess.start(SoakPeer.class, root.toString(), files.resolve("state").toString());
        Recorder recorder =
            Recorder.open(
                registry,
                RecorderOptions.to(files.resolve("recording"))
                    .leaveFree(0)
                    .keepAtMost(64 << 20)
                    .lossy()
                    .releasedAtEnd())) {
      peer.expectLine("ready", DEADLINE);
      try (Barrier barrier = Barrier.createOrJoin(registry, SoakPeer.BARRIER, 2)) {
        barrier.await(DEADLINE);
      }
      recorder.add(SoakPeer.TOPIC);
      int[] read = {0};
      Eventually.await(
          "read and recorded",
          DEADLINE,
          () -> {
            read[0] += subscriber.poll((type, buffer, offset, length) -> {}, RECORDS);
            recorder.poll(RECORDS, TimeUnit.MILLISECONDS.toNanos(1));
            return read[0] >= RECORDS && recorder.records() > 0;
          });
      for (int i = 0; i < RECORDS; i++) {
        request.putLong(0, i);
        Reply reply = client.call(SoakPeer.TYPE, request, 0, Long.BYTES, DEADLINE);
        assertEquals(i, reply.buffer().getLong(0));
        try (Snapshot state = reader.read()) {
          assertEquals(Long.BYTES, state.length());
        }
      }
      peer.kill();
    }
    Eventually.await(
        "all of the dead are gone",
        DEADLINE,
        () -> {
          subscriber.poll((type, buffer, offset, length) -> {}, RECORDS);
          client.poll((call, type, buffer, offset, length) -> {}, 1);
          registry.gc();
          return subscriber.publishers().isEmpty() && names(registry).equals(own);
        });
  }

  private static void assertSame(List<Sample> samples, ToLongFunction<Sample> what) {
    // The first round is the one that makes what is made once.
    long early = what.applyAsLong(samples.get(1));
    long late = what.applyAsLong(samples.get(samples.size() - 1));
    assertEquals(early, late, samples::toString);
  }

  /** Least squares through the second half: what is loaded and compiled is done with by then. */
  private static void assertNoSlope(List<Sample> samples, ToLongFunction<Sample> what) {
    List<Sample> half = samples.subList(samples.size() / 2, samples.size());
    double middle = (half.size() - 1) / 2.0;
    double mean = half.stream().mapToLong(what).average().orElseThrow();
    double above = 0;
    double below = 0;
    for (int i = 0; i < half.size(); i++) {
      above += (i - middle) * (what.applyAsLong(half.get(i)) - mean);
      below += (i - middle) * (i - middle);
    }
    double growth = below == 0 ? 0 : above / below * half.size();
    assertTrue(growth < SLACK, () -> "grew by " + growth + " bytes: " + samples);
  }
}
