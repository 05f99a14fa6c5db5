package io.millrace.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.discovery.Publication;
import io.millrace.discovery.Registry;
import io.millrace.discovery.model.Capabilities;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import io.millrace.testkit.Eventually;
import io.millrace.topic.PublisherOptions;
import io.millrace.topic.Topic;
import io.millrace.topic.TopicPublisher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // What is only there for others to meet.
class RecordingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path root;
  @TempDir private Path files;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = Registry.open(root);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private RecorderOptions options() {
    return RecorderOptions.to(files.resolve("day")).leaveFree(0);
  }

  private static void offer(Producer producer, long number, int length) {
    UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
    message.setMemory(0, length, (byte) number);
    message.putLong(0, number);
    Eventually.await(
        "room", DEADLINE, () -> producer.offer((int) (number % 7), message, 0, length) >= 0);
  }

  private static void record(Recorder recorder, int count) {
    int[] left = {count};
    Eventually.await(
        "recorded",
        DEADLINE,
        () -> {
          left[0] -= recorder.poll(left[0], TimeUnit.MILLISECONDS.toNanos(10));
          return left[0] == 0;
        });
  }

  private List<Recorded> read() {
    try (RecordingReader reader = RecordingReader.open(files.resolve("day"))) {
      return Recorded.all(reader);
    }
  }

  @Test
  void whatGoesThroughARingIsRecordedByteForByte() {
    Random random = new Random(5);
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 20));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, options())) {
      recorder.add("orders");
      List<Recorded> expected = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        byte[] payload = new byte[random.nextInt(3000)];
        random.nextBytes(payload);
        long end = producer.offer(i, new UnsafeBuffer(payload), 0, payload.length);
        expected.add(
            new Recorded(
                "orders", ring.id(), end - (payload.length + 16 + 63) / 64 * 64, i, payload));
        record(recorder, 1);
      }
      assertEquals(expected, read());
      assertEquals(500, recorder.records());
    }
  }

  @Test
  void severalSourcesKeepTheOrderInWhichTheyWereRead() {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, options())) {
      recorder.add("orders");
      recorder.add("prices"); // Not there yet.
      try (TopicPublisher one =
              Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 16));
          TopicPublisher two =
              Topic.publisher(registry, "prices", PublisherOptions.capacity(1 << 16))) {
        List<String> expected = new ArrayList<>();
        UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
        for (int i = 0; i < 30; i++) {
          message.putLong(0, i);
          if (i % 3 == 0) {
            producer.offer(1, message, 0, 8);
            expected.add("orders " + ring.id() + " " + i);
          } else {
            TopicPublisher publisher = i % 3 == 1 ? one : two;
            publisher.offer(1, message, 0, 8);
            expected.add("prices " + publisher.service().instance() + " " + i);
          }
          record(recorder, 1);
        }
        assertEquals(
            expected,
            read().stream()
                .map(one1 -> one1.name() + " " + one1.id() + " " + one1.number())
                .toList());
      }
    }
  }

  @Test
  void whatComesWhileNoRecorderIsThereIsRecordedByTheNextOne() {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer()) {
      try (Recorder recorder = Recorder.open(registry, options())) {
        recorder.add("orders");
        offer(producer, 0, 8);
        record(recorder, 1);
      }
      offer(producer, 1, 8);
      try (Recorder recorder = Recorder.open(registry, options())) {
        recorder.add("orders");
        offer(producer, 2, 8);
        record(recorder, 2);
      }
      assertEquals(List.of(0L, 1L, 2L), read().stream().map(Recorded::number).toList());
    }
  }

  @Test
  void aRingThatIsPublishedAgainIsAnotherSourceOfTheSameName() {
    try (Recorder recorder = Recorder.open(registry, options())) {
      recorder.add("orders");
      for (int i = 0; i < 3; i++) {
        try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
            Producer producer = ring.addProducer()) {
          offer(producer, i, 8);
          try (Publication published = registry.publish("orders", ring, Capabilities.none())) {
            Eventually.await(
                "joined",
                DEADLINE,
                () -> {
                  recorder.poll(1);
                  return !ring.counters().groups().isEmpty();
                });
            offer(producer, 10 + i, 8);
          }
        }
        // What a closed ring left is recorded, too.
        record(recorder, 1);
      }
      List<Recorded> all = read();
      assertEquals(List.of(10L, 11L, 12L), all.stream().map(Recorded::number).toList());
      assertEquals(3, all.stream().map(Recorded::id).distinct().count());
    }
  }

  @Test
  void aSecondRecorderOfADirectoryIsRefused() {
    try (Recorder recorder = Recorder.open(registry, options())) {
      RecordingException refused =
          assertThrows(RecordingException.class, () -> Recorder.open(registry, options()));
      assertTrue(refused.getMessage().contains("by another process"), refused.getMessage());
    }
    Recorder.open(registry, options()).close();
  }

  @Test
  void aLossyRecorderHoldsNobodyBackAndSaysWhatItLost() {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, options().lossy())) {
      recorder.add("orders");
      for (int i = 0; i < 5000; i++) {
        offer(producer, i, 8);
      }
      List<Long> lost = new ArrayList<>();
      Eventually.await(
          "noticed",
          DEADLINE,
          () -> {
            recorder.poll(10);
            return recorder.lostBytes() > 0;
          });
      recorder.poll(10);
      try (RecordingReader reader = RecordingReader.open(files.resolve("day"))) {
        reader.poll(
            new RecordedHandler() {
              @Override
              public void onRecord(
                  RecordedSource source,
                  long timeNanos,
                  long position,
                  int type,
                  org.agrona.DirectBuffer buffer,
                  int offset,
                  int length) {}

              @Override
              public void onLost(RecordedSource source, long timeNanos, long bytes) {
                lost.add(bytes);
              }
            },
            10_000);
      }
      assertEquals(recorder.lostBytes(), lost.stream().mapToLong(one -> one).sum());
      assertTrue(ring.counters().groups().isEmpty());
    }
  }

  @Test
  void theGroupIsReleasedWhereThatIsWanted() {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Publication published = registry.publish("orders", ring, Capabilities.none());
        TopicPublisher publisher =
            Topic.publisher(registry, "orders", PublisherOptions.capacity(1 << 16))) {
      Recorder recorder = Recorder.open(registry, options().releasedAtEnd());
      recorder.add("orders");
      recorder.poll(1);
      assertEquals("recorder", ring.counters().groups().get(0).name());
      recorder.close();
      assertTrue(ring.counters().groups().isEmpty());
      assertFalse(
          publisher.counters().groups().stream().anyMatch(one -> one.name().equals("recorder")));
    }
  }

  @Test
  void aWaitIsEndedByAWakeUpAnInterruptAndAClose() throws Exception {
    for (String how : List.of("wakeup", "interrupt", "close")) {
      Recorder[] recorder = new Recorder[1];
      CountDownLatch opened = new CountDownLatch(1);
      Thread waiting =
          new Thread(
              () -> {
                recorder[0] = Recorder.open(registry, options());
                recorder[0].add("orders");
                opened.countDown();
                recorder[0].poll(1, Long.MAX_VALUE);
              });
      waiting.start();
      opened.await();
      switch (how) {
        case "wakeup" -> recorder[0].wakeup();
        case "interrupt" -> waiting.interrupt();
        default -> recorder[0].close();
      }
      assertTrue(waiting.join(DEADLINE), how);
      recorder[0].close();
      assertThrows(ClosedException.class, () -> recorder[0].poll(1));
      recorder[0].close();
    }
  }

  @Test
  void largeRecordsAreRecorded() {
    try (Ring ring = Ring.create(RingOptions.capacity(128 << 20));
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, options())) {
      recorder.add("large", ring);
      offer(producer, 1, 8);
      offer(producer, 2, 60 << 20);
      offer(producer, 3, 8);
      record(recorder, 3);
      List<Recorded> all = read();
      assertEquals(List.of(1L, 2L, 3L), all.stream().map(Recorded::number).toList());
      assertEquals(60 << 20, all.get(1).payload().length);
      assertEquals(2, all.get(1).payload()[(60 << 20) - 1]);
    }
  }

  @Test
  void aTimeIsFoundByTheIndexInAnyFile() throws Exception {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 16));
        Producer producer = ring.addProducer();
        Recorder recorder = Recorder.open(registry, options().rolling(Rolling.SECONDLY))) {
      recorder.add("orders", ring);
      long start = System.nanoTime();
      for (int i = 0; System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(2500); i++) {
        offer(producer, i, 8);
        record(recorder, 1);
      }
    }
    List<Recorded> all = read();
    assertTrue(Files.list(files.resolve("day")).count() >= 4);
    Random random = new Random(3);
    try (RecordingReader reader = RecordingReader.open(files.resolve("day"))) {
      for (int i = 0; i < 200; i++) {
        int wanted = random.nextInt(all.size());
        long nanos = all.get(wanted).nanos();
        int first = wanted;
        while (first > 0 && all.get(first - 1).nanos() == nanos) {
          first--;
        }
        reader.seek(Instant.ofEpochSecond(0, nanos));
        assertEquals(all.get(first).number(), Recorded.next(reader).number());
      }
      reader.seek(Instant.EPOCH);
      assertEquals(0, Recorded.next(reader).number());
      reader.seek(Instant.now().plusSeconds(100));
      assertEquals(0, reader.poll((a, b, c, d, e, f, g) -> {}, 1));
    }
  }

  @Test
  void theOldestFilesAreRemovedWhenThereIsALimit() throws Exception {
    try (Ring ring = Ring.create(RingOptions.capacity(1 << 20));
        Producer producer = ring.addProducer();
        Recorder recorder =
            Recorder.open(registry, options().rolling(Rolling.SECONDLY).keepAtMost(1 << 20))) {
      recorder.add("orders", ring);
      long start = System.nanoTime();
      long[] number = {0};
      Eventually.await(
          "the first ones are gone",
          DEADLINE,
          () -> {
            offer(producer, number[0]++, 10_000);
            record(recorder, 1);
            return System.nanoTime() - start > TimeUnit.SECONDS.toNanos(3)
                && read().get(0).number() > 0;
          });
      List<Recorded> kept = read();
      for (int i = 1; i < kept.size(); i++) {
        assertEquals(kept.get(i - 1).number() + 1, kept.get(i).number());
      }
      assertEquals(number[0] - 1, kept.get(kept.size() - 1).number());
    }
  }
}
