package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.Eventually;
import io.millrace.testkit.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountersAndEventsTest {
  private static final int CAPACITY = 64 * 1024;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);

  @Test
  void countersTellWhatEachMemberDid() {
    int pid = (int) ProcessHandle.current().pid();
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all").shared().retained());
        Producer producer = ring.addProducer()) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        assertEquals(0, ring.counters().producers().get(0).backPressures());
      }
      producer.offer(1, message, 0, 1000);
      assertEquals(
          List.of(new RingCounters.ProducerCounters(0, pid, true, 64, 64_000, 2, 0)),
          ring.counters().producers());
      assertEquals(3, consumer.poll((type, buffer, offset, length) -> {}, 3));
      assertEquals(
          List.of(new RingCounters.ConsumerCounters(0, "all", pid, true, 3, 3000, 0)),
          ring.counters().consumers());
      assertEquals(
          List.of(new RingCounters.GroupCounters("all", true, true, 3 * 1024, 0, 0)),
          ring.counters().groups());
      assertEquals(64 * 1024, ring.counters().position());
      assertEquals(2, ring.counters().joins());
      assertEquals(0, ring.counters().evictions());

      // An aborted record is nobody's record; a batch counts what was added.
      producer.abort(producer.tryClaim(1, 10));
      try (Batch batch = producer.tryBatch(5, 10)) {
        batch.add(1, message, 0, 10);
        batch.add(1, message, 0, 5);
      }
      assertEquals(66, ring.counters().producers().get(0).records());
      assertEquals(64_015, ring.counters().producers().get(0).bytes());
    }
  }

  @Test
  void whoWasKilledIsShownAsDeadUntilItsPlaceIsUsedAgain() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxProducers(1).maxConsumers(1));
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      child.run("consumer c all r");
      child.run("offer p 1 40");
      child.run("poll c 1");
      assertEquals(
          List.of(new RingCounters.ProducerCounters(0, child.pid(), true, 1, 40, 0, 0)),
          ring.counters().producers());
      child.kill();
      assertEquals(
          List.of(new RingCounters.ProducerCounters(0, child.pid(), false, 1, 40, 0, 0)),
          ring.counters().producers());
      assertEquals(
          List.of(new RingCounters.ConsumerCounters(0, "all", child.pid(), false, 1, 40, 0)),
          ring.counters().consumers());
      int pid = (int) ProcessHandle.current().pid();
      try (Producer producer = ring.addProducer();
          Consumer consumer = ring.addConsumer(GroupOptions.named("all").retained())) {
        assertEquals(
            List.of(new RingCounters.ProducerCounters(0, pid, true, 0, 0, 0, 0)),
            ring.counters().producers());
        assertEquals(
            List.of(new RingCounters.ConsumerCounters(0, "all", pid, true, 0, 0, 0)),
            ring.counters().consumers());
        assertTrue(producer.offer(1, message, 0, 8) > 0);
        assertEquals(1, consumer.poll((type, buffer, offset, length) -> {}, 10));
      }
      assertEquals(4, ring.counters().joins());
    }
  }

  @Test
  void wakeUpsOfProducersAreCountedByTheConsumer() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      while (producer.offer(1, message, 0, 1000) > 0) {
        assertEquals(0, ring.counters().consumers().get(0).wakeUps());
      }
      Waitable room = producer.waitForSpace(1000);
      assertTrue(room.prepareWait());
      consumer.poll((type, buffer, offset, length) -> {}, 1);
      consumer.poll((type, buffer, offset, length) -> {}, 1);
      room.cancelWait();
      assertEquals(1, ring.counters().consumers().get(0).wakeUps());
    }
  }

  @Test
  void wakeUpsAreCountedByThoseWhoWake() throws InterruptedException {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Producer producer = ring.addProducer()) {
      ring.addGroup(GroupOptions.named("all").retained());
      Thread sleeper =
          new Thread(
              () -> {
                try (Consumer consumer = ring.addConsumer(GroupOptions.named("all").retained())) {
                  consumer.poll(
                      (type, buffer, offset, length) -> {},
                      1,
                      WaitStrategy.blocking(),
                      DEADLINE.toNanos());
                }
              });
      sleeper.start();
      // One that is only about to sleep finds the record itself, and nobody wakes it.
      Signals.awaitSleepersInEpoll(ring.core.membership.pid, 1);
      producer.offer(1, message, 0, 8);
      sleeper.join();
      assertEquals(1, ring.counters().producers().get(0).wakeUps());
    }
  }

  @Test
  void flightRecordingsShowTheSlowPaths(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("ring.jfr");
    try (Recording recording = new Recording()) {
      Set<String> kinds = new TreeSet<>();
      for (String name :
          List.of("Join", "Leave", "Recovery", "TakeOver", "Eviction", "BackPressure")) {
        recording.enable("io.millrace.ring." + name).withoutThreshold();
        kinds.add("io.millrace.ring." + name);
      }
      recording.start();
      slowPaths();
      killedProcesses();
      recording.stop();
      recording.dump(file);
      Map<String, List<RecordedEvent>> events =
          RecordingFile.readAllEvents(file).stream()
              .collect(Collectors.groupingBy(event -> event.getEventType().getName()));
      assertEquals(kinds, new TreeSet<>(events.keySet()));
      List<RecordedEvent> joins = events.get("io.millrace.ring.Join");
      assertEquals(
          List.of("consumer", "consumer", "consumer", "producer"),
          joins.stream().map(event -> event.getString("kind")).sorted().toList());
      assertEquals(4, events.get("io.millrace.ring.Leave").size());
      RecordedEvent waited = events.get("io.millrace.ring.BackPressure").get(0);
      assertTrue(waited.getDuration("waited").toMillis() >= 2, waited.toString());
      assertEquals(0, waited.getInt("producer"));
      for (RecordedEvent event : events.get("io.millrace.ring.BackPressure")) {
        assertTrue(event.getDuration("waited").toMillis() >= 1, event.toString());
      }
      assertEquals(0, events.get("io.millrace.ring.TakeOver").get(0).getLong("position"));
      RecordedEvent recovery = events.get("io.millrace.ring.Recovery").get(0);
      assertEquals(0, recovery.getLong("position"));
      assertEquals(320, recovery.getLong("length"));
      assertEquals(1, events.get("io.millrace.ring.Eviction").size());
    }
  }

  private void slowPaths() {
    GroupOptions workers = GroupOptions.named("workers").shared();
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Consumer second = ring.addConsumer(workers);
        Producer producer = ring.addProducer()) {
      Consumer first = ring.addConsumer(workers);
      while (producer.offer(1, message, 0, 1000) > 0) {
        assertEquals(2, ring.counters().consumers().size());
      }
      producer.offer(1, message, 0, 1000, WaitStrategy.blocking(), 2_000_000);
      for (int i = 0; i < 100; i++) { // Short waits leave no trace.
        producer.offer(1, message, 0, 1000, WaitStrategy.spinning(), 1_000);
      }
      first.controlledPoll(
          (type, buffer, offset, length, again) -> ControlledRecordHandler.Action.ABORT, 1);
      first.close(); // With a record in hand: the other one takes it over.
      int[] again = {0};
      Eventually.await(
          "the record is taken over",
          DEADLINE,
          () -> {
            second.controlledPoll(
                (type, buffer, offset, length, redelivered) -> {
                  again[0] += redelivered ? 1 : 0;
                  return ControlledRecordHandler.Action.CONTINUE;
                },
                100);
            return again[0] == 1;
          });
    }
  }

  /** One leaves a claim, the same one a group that only it was in. */
  private void killedProcesses() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("producer p");
      child.run("consumer c fleeting e");
      ring.addGroup(GroupOptions.named("kept").retained());
      child.runUpTo(Steps.Step.TAIL_MOVED, 1, "offer p 1 300");
      child.kill();
      // A dead group gives its name to one of another kind.
      ring.addGroup(GroupOptions.named("fleeting").retained());
      try (Consumer consumer = ring.addConsumer(GroupOptions.named("kept").retained())) {
        Eventually.await(
            "the claim is passed",
            DEADLINE,
            () ->
                consumer.poll((type, buffer, offset, length) -> {}, 1) == 0
                    && consumer.position() > 0);
      }
    }
  }
}
