package io.millrace.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A recorder or player is killed between any two steps. */
@SuppressWarnings("try") // What is only there for others to meet.
class KilledRecorderTest {
  private static final Duration DEADLINE = Duration.ofSeconds(120);
  private static final int RECORDS = 6;

  @TempDir private Path root;
  @TempDir private Path files;
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[300]);
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Path day() {
    return files.resolve("day");
  }

  private ChildProcess child(Class<?> main, String step, int times, String last) {
    return ChildProcess.startUnder(
        List.of(),
        List.of(
            "-Dio.millrace.recording.steps=" + StopAtStep.class.getName(),
            "-Dstep=" + step,
            "-Dtimes=" + times),
        main,
        root.toString(),
        day().toString(),
        last);
  }

  private void offer(Producer producer, long from, long to) {
    for (long i = from; i < to; i++) {
      message.putLong(0, i);
      int length = (int) (8 + i % 250);
      Eventually.await("room", DEADLINE, () -> producer.offer(1, message, 0, length) >= 0);
    }
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private List<Long> recorded(String name) {
    try (RecordingReader reader = RecordingReader.open(day())) {
      return Recorded.all(reader).stream()
          .filter(one -> one.name().equals(name))
          .map(Recorded::number)
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DIRECTORY_LOCKED, 1", "ENGINE_UNLOCKED, 1", "ENGINE_OPENED, 1", "NEWEST_READ, 1",
    "FILE_RESERVED, 1", "SOURCE_DESCRIBED, 1", "EXCERPT_CLAIMED, 1", "EXCERPT_CLAIMED, 3",
    "EXCERPT_FILLED, 1", "EXCERPT_FILLED, 3", "RECORD_APPENDED, 1", "RECORD_APPENDED, 3",
    "RECORD_TAKEN, 3"
  })
  void nothingIsMissingAndNothingIsThereTwice(String step, int times) {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer()) {
      ring.addGroup(GroupOptions.named("recorder").retained());
      offer(producer, 0, RECORDS);
      try (ChildProcess child = child(RecorderProcess.class, step, times, "orders")) {
        child.expectLine("stopped", DEADLINE);
        child.kill();
      }
      try (Recorder next = Recorder.open(registry, RecorderOptions.to(day()).leaveFree(0))) {
        next.add("orders");
        offer(producer, RECORDS, 2 * RECORDS);
        Eventually.await(
            "all",
            DEADLINE,
            () -> {
              next.poll(100, TimeUnit.MILLISECONDS.toNanos(10));
              return ring.counters().retainedPosition() == ring.counters().position();
            });
        assertEquals(step.equals("RECORD_APPENDED") ? 1 : 0, next.alreadyRecorded());
      }
      assertEquals(numbers(0, 2 * RECORDS), recorded("orders"));
    }
  }

  /** Killed at any moment, in the middle of what the engine does, too. */
  @Test
  void recordersThatAreKilledAllTheTimeRecordEachRecordOnce() throws Exception {
    Random random = new Random(Long.getLong("millrace.seed", 7));
    int kills = Integer.getInteger("millrace.recording.kills", 5);
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        TopicPublisher publisher =
            Topic.publisher(
                registry,
                "prices",
                PublisherOptions.capacity(1 << 16).required(GroupOptions.named("recorder")))) {
      ring.addGroup(GroupOptions.named("recorder").retained());
      long sent = 0;
      for (int i = 0; i < kills; i++) {
        try (ChildProcess child =
            ChildProcess.start(
                RecorderProcess.class, root.toString(), day().toString(), "orders", "prices")) {
          child.expectLine("ready", DEADLINE);
          long killAt = sent + 2000 + random.nextInt(20_000);
          while (sent < killAt) {
            offer(producer, sent, sent + 1);
            message.putLong(0, sent);
            Eventually.await("room", DEADLINE, () -> publisher.offer(1, message, 0, 8) >= 0);
            sent++;
          }
          child.kill();
        }
      }
      try (Recorder last = Recorder.open(registry, RecorderOptions.to(day()).leaveFree(0))) {
        last.add("orders");
        last.add("prices");
        Eventually.await(
            "all",
            DEADLINE,
            () -> {
              last.poll(1000, TimeUnit.MILLISECONDS.toNanos(10));
              return ring.counters().retainedPosition() == ring.counters().position()
                  && publisher.counters().retainedPosition() == publisher.counters().position();
            });
      }
      assertEquals(numbers(0, sent), recorded("orders"));
      assertEquals(numbers(0, sent), recorded("prices"));
    }
  }

  @ParameterizedTest
  @CsvSource({"TARGET_OPENED, 1", "RECORD_PLAYED, 1", "RECORD_PLAYED, 4"})
  void aKilledPlayerHasPlayedTheFirstRecordsAndHurtsNobody(String step, int times) {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, RecorderOptions.to(day()).leaveFree(0))) {
      recorder.add("orders", ring);
      offer(producer, 0, RECORDS);
      Eventually.await(
          "recorded", DEADLINE, () -> recorder.poll(100) >= 0 && recorder.records() == RECORDS);
    }
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("again", ring, Capabilities.none());
        Consumer consumer = ring.addConsumer(GroupOptions.named("g"))) {
      try (ChildProcess child = child(PlayerProcess.class, step, times, "again")) {
        child.expectLine("stopped", DEADLINE);
        child.kill();
      }
      List<Long> played = new ArrayList<>();
      int expected = step.equals("RECORD_PLAYED") ? times : 0;
      Eventually.await("records", DEADLINE, () -> poll(consumer, played) >= expected);
      assertEquals(numbers(0, expected), played);
      played.clear();
      try (ChildProcess child =
          ChildProcess.start(PlayerProcess.class, root.toString(), day().toString(), "again")) {
        child.expectLine("played " + RECORDS, DEADLINE);
      }
      Eventually.await("records", DEADLINE, () -> poll(consumer, played) >= RECORDS);
      assertEquals(numbers(0, RECORDS), played);
    }
  }

  private static int poll(Consumer consumer, List<Long> into) {
    consumer.poll((type, buffer, offset, length) -> into.add(buffer.getLong(offset)), 100);
    return into.size();
  }
}
