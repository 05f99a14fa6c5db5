package io.millrace.ring;

import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.RingProcess.Delivery;
import io.millrace.ring.Survivors.Manner;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A consumer is held up or killed while it settles the claim of a killed producer. */
class KilledRecovererTest {
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("killed-recoverer")
          .maxProducers(3)
          .maxGroups(3)
          .maxConsumers(6)
          .maxWaiters(5);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);

  /** Two groups recover at the same time; one of the recoverers is killed, or goes on late. */
  @ParameterizedTest
  @CsvSource({
    "HOLE_SEEN, r, true",
    "PADDING_WRITTEN, r, true",
    "PADDING_COMMITTED, r, true",
    "PADDING_WRITTEN, r, false",
    "HOLE_HELD, sr, true",
    "HOLE_SEEN, sr, true",
    "PADDING_WRITTEN, sr, true",
    "PADDING_COMMITTED, sr, true",
    "HOLE_HELD, sr, false",
    "PADDING_WRITTEN, sr, false"
  })
  void aRecovererThatIsKilledOrLateHarmsNobody(Steps.Step step, String kind, boolean killed) {
    GroupOptions group = RingChild.options("its", kind);
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess producer = RingProcess.joinedTo(ring);
        RingProcess recoverer = RingProcess.joinedTo(ring)) {
      recoverer.run("consumer c its " + kind);
      producer.run("producer p");
      producer.run("offer p 0 40");
      // A consumer that is faster would settle the claim before the child looks at it.
      try (Survivors survivors = new Survivors(ring, Manner.BLOCKING)) {
        recoverer.run("poll c 1");
        recoverer.run("arm " + step + " 1");
        recoverer.send("await c 1");
        producer.runUpTo(TAIL_MOVED, 1, "offer p 1 300");
        producer.kill();
        recoverer.awaitStop(step);
        survivors.with(GroupOptions.named("other").startingAtOldest());
        survivors.awaitCaughtUp();
        // As long as it is held up, what it looks at is not written over.
        offerUntilFull(ring);
        List<Delivery> its = new ArrayList<>();
        if (killed) {
          its.addAll(recoverer.kill());
        } else {
          recoverer.go();
          recoverer.finish("await");
          recoverer.run("leave c");
          its.addAll(recoverer.deliveries());
        }
        survivors.with(group);
        survivors.awaitCaughtUp();
        its.addAll(survivors.journal("its"));
        Survivors.assertComplete(its, 1, 1, true);
        Survivors.assertComplete(its, 2, offered, true);
        Survivors.assertComplete(survivors.journal("other"), 2, offered, true);
        survivors.produceCapacities(3);
        survivors.awaitCaughtUp();
        survivors.assertAllGotOwnRecords("its", true);
        survivors.releaseProducer();
        Slots.assertReusable(ring, 0, 2, 2);
        long recoveries =
            ring.counters().groups().stream()
                .mapToLong(RingCounters.GroupCounters::recoveries)
                .sum();
        // Killed behind the padding and before the count it is not counted.
        assertEquals(killed && step == PADDING_COMMITTED ? 0 : 1, recoveries);
      }
    }
  }

  private int offered;

  private void offerUntilFull(Ring ring) {
    try (Producer producer = ring.addProducer()) {
      message.putInt(0, offered);
      while (producer.offer(2, message, 0, 1000) > 0) {
        message.putInt(0, ++offered);
      }
    }
    assertTrue(offered > 50 && offered < 64, offered + " fitted");
  }

  /**
   * The consumer has seen that nothing is committed and is held up. Meanwhile the winner commits
   * and moves on, and the loser, whose announcement ends at a record's end, is killed.
   */
  @Test
  void aRecordThatIsCommittedBehindTheFirstLookStaysWhole() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess winner = RingProcess.joinedTo(ring);
        RingProcess loser = RingProcess.joinedTo(ring);
        RingProcess recoverer = RingProcess.joinedTo(ring)) {
      recoverer.run("consumer c its r");
      winner.run("producer p");
      loser.run("producer p");
      loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 9 100");
      winner.runUpTo(TAIL_MOVED, 1, "offer p 0 40");
      recoverer.runUpTo(HOLE_SEEN, 1, "await c 3");
      winner.go();
      winner.finish("offer");
      winner.run("offer p 1 40");
      winner.run("offer p 2 40");
      loser.kill();
      recoverer.go();
      recoverer.finish("await");
      recoverer.run("poll c 3");
      Survivors.assertComplete(recoverer.deliveries(), 1, 3, true);
      assertEquals(0, ring.counters().groups().get(0).recoveries());
    }
  }

  /** A successor joins and writes while a consumer is held up that settles the dead one's claim. */
  @Test
  void aSingleProducersSuccessorDoesNotConfuseALateRecoverer() {
    try (Ring ring = Ring.create(OPTIONS.forSingleProducer());
        RingProcess producer = RingProcess.joinedTo(ring);
        RingProcess recoverer = RingProcess.joinedTo(ring)) {
      recoverer.run("consumer c its r");
      producer.run("producer p");
      producer.runUpTo(TAIL_MOVED, 1, "offer p 9 300");
      recoverer.run("arm HOLE_SEEN 1");
      producer.kill();
      recoverer.send("await c 1");
      recoverer.awaitStop(HOLE_SEEN);
      offerUntilFull(ring);
      recoverer.go();
      recoverer.finish("await");
      recoverer.run("poll c 100");
      Survivors.assertComplete(recoverer.deliveries(), 2, offered, true);
    }
  }

  /** The next single producer settles what the last one left, and is killed while it does. */
  @ParameterizedTest
  @CsvSource({"SLOT_LOCKED", "PADDING_WRITTEN", "PADDING_COMMITTED", "SLOT_SIGNED", "SLOT_ACTIVE"})
  void aSingleProducersSuccessorIsKilledWhileItJoins(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS.forSingleProducer());
        RingProcess producer = RingProcess.joinedTo(ring);
        RingProcess successor = RingProcess.joinedTo(ring)) {
      ring.addConsumer(GroupOptions.named("its").retained()).close();
      producer.run("producer p");
      producer.run("offer p 0 40");
      producer.runUpTo(TAIL_MOVED, 1, "offer p 1 300");
      producer.kill();
      successor.runUpTo(step, 1, "producer p");
      successor.kill();
      try (Survivors survivors =
          new Survivors(ring, Manner.BLOCKING).with(GroupOptions.named("its").retained())) {
        survivors.produceCapacities(2);
        survivors.awaitCaughtUp();
        survivors.assertAllGotOwnRecords("its", true);
        Survivors.assertComplete(survivors.journal("its"), 1, 1, true);
        survivors.releaseProducer();
        Slots.assertReusable(ring, 0, 1, 1);
      }
    }
  }
}
