package io.millrace.ring;

import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ring.Survivors.Manner;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several producers announce the same position; one wins; winners and losers are killed. */
class LosingClaimTest {
  private static final GroupOptions ALONE = GroupOptions.named("alone").retained();
  private static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("losing-claim")
          .maxProducers(4)
          .maxGroups(3)
          .maxConsumers(4)
          .maxWaiters(4);

  /** Payload lengths that take one, two and three units of 64 bytes. */
  private static final int[] LENGTHS = {0, 40, 100, 170};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);

  /**
   * The loser is stopped with its announcement, the winner claims, a third one commits one record
   * of a unit behind the winner's claim and one more. The loser's end is before, at, or behind the
   * winner's, and may be that of a committed record. Both die, in either order.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, true",
    "1, 2, true",
    "2, 1, true",
    "3, 1, true",
    "2, 3, true",
    "3, 2, true",
    "2, 1, false",
    "1, 2, false"
  })
  void theWinnersClaimAloneIsSkipped(int loserUnits, int winnerUnits, boolean loserDiesFirst) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors =
            new Survivors(ring, Manner.BLOCKING).with(ALONE).with(TOGETHER).with(TOGETHER);
        RingProcess loser = RingProcess.joinedTo(ring);
        RingProcess winner = RingProcess.joinedTo(ring)) {
      loser.run("producer p");
      winner.run("producer p");
      survivors.awaitAsleep();
      loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 0 " + LENGTHS[loserUnits]);
      winner.runUpTo(TAIL_MOVED, 1, "offer p 0 " + LENGTHS[winnerUnits]);
      try (Producer third = ring.addProducer()) {
        for (int i = 0; i < 2; i++) {
          message.putInt(0, i);
          assertTrue(third.offer(2, message, 0, LENGTHS[1]) > 0);
        }
      }
      assertEquals(0, position(ring, "alone"), "a claim of the living was passed");
      (loserDiesFirst ? loser : winner).kill();
      assertEquals(0, position(ring, "alone"), "a claim of the living was passed");
      (loserDiesFirst ? winner : loser).kill();
      survivors.awaitCaughtUp();
      Survivors.assertComplete(survivors.journal("alone"), 1, 0, true);
      Survivors.assertComplete(survivors.journal("alone"), 2, 2, true);
      Survivors.assertComplete(survivors.journal("together"), 2, 2, false);
      finish(ring, survivors, 1);
    }
  }

  /** The winner has committed and gone on; only the dead loser's announcement is left there. */
  @Test
  void aDeadLosersAnnouncementOverACommittedRecordIsNothing() {
    play(
        (ring, survivors, loser, winner) -> {
          loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 9 " + LENGTHS[2]);
          winner.run("offer p 0 " + LENGTHS[1]);
          winner.run("offer p 1 " + LENGTHS[1]);
          loser.kill();
          survivors.awaitCaughtUp();
          winner.kill();
          Survivors.assertComplete(survivors.journal("alone"), 1, 2, true);
          finish(ring, survivors, 0);
        });
  }

  @Test
  void aLoserThatLostAndGoesOnIsDelivered() {
    play(
        (ring, survivors, loser, winner) -> {
          loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 1 " + LENGTHS[2]);
          winner.run("offer p 0 " + LENGTHS[1]);
          loser.go();
          loser.finish("offer");
          survivors.awaitCaughtUp();
          Survivors.assertComplete(survivors.journal("alone"), 1, 2, true);
          loser.kill();
          winner.kill();
          finish(ring, survivors, 0);
        });
  }

  /** Losing, finding the ring full and giving up: the loser lives on and stands in nobody's way. */
  @Test
  void aLoserThatGivesUpRetractsItsAnnouncement() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess loser = RingProcess.joinedTo(ring);
        RingProcess winner = RingProcess.joinedTo(ring);
        Consumer consumer = ring.addConsumer(ALONE);
        Producer filler = ring.addProducer()) {
      loser.run("producer p");
      winner.run("producer p");
      // All but one unit is taken.
      int room = ring.capacity() / 64 - 1;
      for (int i = 0; i < room; i++) {
        assertTrue(filler.offer(2, message, 0, 0) > 0);
      }
      loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 0 " + LENGTHS[1]);
      winner.runUpTo(TAIL_MOVED, 1, "offer p 0 " + LENGTHS[1]);
      loser.go();
      assertEquals(Integer.toString(Producer.BACK_PRESSURED), loser.finish("offer"));
      assertEquals(room, consumer.poll((type, buffer, offset, length) -> {}, room + 1));
      winner.kill();
      assertTrue(
          filler.offer(2, message, 0, 0) > 0 && consume(consumer) == 1,
          "the living loser is still waited for");
      assertEquals(1, ring.counters().groups().get(0).recoveries());
      loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 0 " + LENGTHS[1]);
      loser.kill();
    }
  }

  /** Killed with the announcement just retracted. */
  @Test
  void aLoserKilledBehindItsRetractionLeavesNothing() {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(TOGETHER);
        RingProcess loser = RingProcess.joinedTo(ring)) {
      try (Consumer consumer = ring.addConsumer(GroupOptions.named("slow"));
          Producer filler = ring.addProducer()) {
        loser.run("producer p");
        int room = ring.capacity() / 64 - 1;
        for (int i = 0; i < room; i++) {
          assertTrue(filler.offer(2, message, 0, 0) > 0);
        }
        loser.runUpTo(INTENT_LENGTH_WRITTEN, 1, "offer p 0 " + LENGTHS[1]);
        assertTrue(filler.offer(2, message, 0, 0) > 0);
        loser.goUpTo(INTENT_RETRACTED);
        loser.kill();
        assertFalse(consumer.poll((type, buffer, offset, length) -> {}, 1) == 0);
      }
      finish(ring, survivors, 0);
    }
  }

  private interface Play {
    void play(Ring ring, Survivors survivors, RingProcess loser, RingProcess winner);
  }

  /** With two processes that have a producer each, and survivors that sleep. */
  private static void play(Play play) {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(ALONE).with(TOGETHER);
        RingProcess loser = RingProcess.joinedTo(ring);
        RingProcess winner = RingProcess.joinedTo(ring)) {
      loser.run("producer p");
      winner.run("producer p");
      play.play(ring, survivors, loser, winner);
    }
  }

  private static int consume(Consumer consumer) {
    return consumer.poll(
        (type, buffer, offset, length) -> {},
        10,
        WaitStrategy.blocking(),
        RingProcess.SOON.toNanos());
  }

  private static long position(Ring ring, String group) {
    return ring.counters().groups().stream()
        .filter(one -> one.name().equals(group))
        .findAny()
        .orElseThrow()
        .position();
  }

  private static void finish(Ring ring, Survivors survivors, int recovered) {
    survivors.produceCapacities(2);
    survivors.awaitCaughtUp();
    survivors.assertAllGotOwnRecords("together", false);
    survivors.releaseProducer();
    int living = ring.counters().consumers().size();
    Slots.assertReusable(ring, 0, living, living);
    assertEquals(
        recovered,
        ring.counters().groups().stream().mapToLong(RingCounters.GroupCounters::recoveries).sum());
  }
}
