package io.millrace.ring;

import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.ring.RingProcess.Delivery;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No slot is free: what the dead, and those who left, have in theirs. */
class SlotTakeoverTest {
  private static final GroupOptions WORKERS = GroupOptions.named("w").shared().retained();
  private static final GroupOptions OTHERS = GroupOptions.named("o").shared();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024).name("slot-takeover").maxProducers(2).maxGroups(3);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aGroupWhoseWorkersWereAllKilledWithRecordsInHandGoesOn(int workers) {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(workers))) {
      List<RingProcess> children = new ArrayList<>();
      List<Delivery> all = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        RingProcess child = RingProcess.joinedTo(ring);
        child.run("consumer c w sr");
        children.add(child);
      }
      Deliveries.offer(ring, 0, 10);
      for (RingProcess child : children) {
        child.runUpTo(RECORD_HANDLED, 1, "poll c 1");
      }
      children.forEach(child -> all.addAll(child.kill()));
      try (Consumer next = ring.addConsumer(WORKERS)) {
        List<Delivery> got = Deliveries.await(next, 10);
        assertEquals(workers, got.stream().filter(Delivery::again).count());
        all.addAll(got);
        Survivors.assertComplete(all, 1, 10, false);
      }
      assertEquals(workers, ring.counters().groups().get(0).redeliveries());
      Slots.assertReusable(ring, 0, 0, 0);
    }
  }

  /** The one who takes the slot over is killed, too, at each step. */
  @ParameterizedTest
  @CsvSource({
    "SLOT_LOCKED, 1",
    "SLOT_SIGNED, 1",
    "SLOT_ACTIVE, 1",
    "GROUP_JOINED, 1",
    "MEMBERS_COUNTED, 1",
    "RECORD_HANDLED, 2",
    "RECORD_RELEASED, 1"
  })
  void whoeverIsKilledWithTheSlotTheRecordComesAgainUntilItIsDone(Steps.Step step, int handled) {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(1));
        RingProcess first = RingProcess.joinedTo(ring);
        RingProcess second = RingProcess.joinedTo(ring)) {
      first.run("consumer c w sr");
      Deliveries.offer(ring, 0, 3);
      first.runUpTo(RECORD_HANDLED, 1, "poll c 1");
      List<Delivery> all = first.kill();
      second.run("arm " + step + " 1");
      second.send("consumer c w sr");
      if (step == RECORD_HANDLED || step == RECORD_RELEASED) {
        second.finish("consumer");
        second.send("poll c 1");
      }
      second.awaitStop(step);
      all.addAll(second.kill());
      boolean isDone = step == RECORD_RELEASED;
      try (Consumer third = ring.addConsumer(WORKERS)) {
        List<Delivery> got = Deliveries.await(third, isDone ? 2 : 3);
        assertEquals(isDone ? 0 : 1, got.stream().filter(Delivery::again).count());
        all.addAll(got);
        Survivors.assertComplete(all, 1, 3, true);
      }
      assertEquals(
          isDone ? 1 : handled, all.stream().filter(Delivery::again).count(), "marked deliveries");
      Slots.assertReusable(ring, 0, 0, 0);
    }
  }

  @Test
  void aWorkerWhoseHandlerRefusedARecordCanComeBack() {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(1))) {
      Consumer worker = ring.addConsumer(WORKERS);
      Deliveries.offer(ring, 0, 2);
      Deliveries.refuse(worker);
      worker.close();
      assertThrows(NoFreeSlotException.class, () -> ring.addConsumer(OTHERS));
      try (Consumer again = ring.addConsumer(WORKERS)) {
        assertEquals(
            List.of(new Delivery(1, 0, true), new Delivery(1, 1, false)),
            Deliveries.await(again, 2));
      }
    }
  }

  /** A claim that was never made: others get the record first, and unmarked. */
  @ParameterizedTest
  @ValueSource(strings = {"RECORD_SHOWN", "CLAIM_CONFIRMED"})
  void aSlotWhoseRecordWasOnlyShownIsAnybodys(Steps.Step step) {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(2));
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c w sr");
      Deliveries.offer(ring, 0, 3);
      try (Consumer worker = ring.addConsumer(WORKERS)) {
        List<Delivery> got = new ArrayList<>();
        worker.poll((type, data, at, size) -> got.add(new Delivery(1, data.getInt(at), false)), 1);
        child.runUpTo(step, 1, "poll c 1");
        child.kill();
        try (Consumer other = ring.addConsumer(OTHERS)) {
          got.addAll(Deliveries.await(worker, 2));
          Survivors.assertComplete(got, 1, 3, true);
          assertEquals(0, got.stream().filter(Delivery::again).count());
          Deliveries.offer(ring, 3, 4);
          assertEquals(List.of(new Delivery(1, 3, false)), Deliveries.await(other, 1));
        }
      }
    }
  }

  /** Records of a retained group are lost to nobody; those of a dead ephemeral one may be. */
  @Test
  void aSlotWithARecordIsGivenToAnotherGroupOnlyIfItsOwnIsDead() {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(1));
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess fleeting = RingProcess.joinedTo(ring)) {
      child.run("consumer c w sr");
      Deliveries.offer(ring, 0, 1);
      child.runUpTo(CURSOR_MOVED, 1, "poll c 1");
      assertThrows(NoFreeSlotException.class, () -> ring.addConsumer(OTHERS));
      child.kill();
      assertThrows(NoFreeSlotException.class, () -> ring.addConsumer(OTHERS));
      assertEquals(1, ring.counters().groups().size());
      ring.removeGroup("w");
      fleeting.run("consumer c f se");
      Deliveries.offer(ring, 1, 2);
      fleeting.runUpTo(CURSOR_MOVED, 1, "poll c 1");
      fleeting.kill();
      ring.addConsumer(OTHERS).close();
      assertEquals(1, ring.counters().evictions());
    }
  }

  /**
   * The slot of a killed exclusive consumer is used by another group before its own has a
   * successor: the group remembers that its next record may have been handled.
   */
  @Test
  void aGroupWhoseDeadConsumersSlotWasGivenAwayStillMarksTheRedelivery() {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(1));
        RingProcess child = RingProcess.joinedTo(ring)) {
      child.run("consumer c alone r");
      Deliveries.offer(ring, 0, 1);
      child.runUpTo(RECORD_HANDLED, 1, "poll c 1");
      child.kill();
      ring.addConsumer(OTHERS).close();
      try (Consumer next = ring.addConsumer(GroupOptions.named("alone").retained())) {
        assertEquals(List.of(new Delivery(1, 0, true)), Deliveries.await(next, 1));
      }
    }
  }

  /**
   * A slow consumer confirms the claim of one whose slot belongs to another group by now. What the
   * new owner claims must still be recognised.
   */
  @Test
  void aLateConfirmationDoesNotReachTheSlotsNextOwner() {
    try (Ring ring = Ring.create(OPTIONS.maxConsumers(3));
        RingProcess slow = RingProcess.joinedTo(ring);
        RingProcess owner = RingProcess.joinedTo(ring)) {
      ring.addGroup(OTHERS.retained()); // Behind the other group, whose positions are higher then.
      Consumer last = ring.addConsumer(WORKERS);
      slow.run("consumer c w sr");
      Deliveries.offer(ring, 0, 2);
      last.poll((type, data, at, size) -> {}, 1);
      slow.runUpTo(RECORD_SHOWN, 1, "poll c 1");
      last.close(); // Its slot is the one that the cursor names.
      owner.run("consumer c o sr");
      slow.go();
      slow.finish("poll");
      owner.runUpTo(CURSOR_MOVED, 1, "poll c 1");
      try (Consumer other = ring.addConsumer(OTHERS.retained())) {
        assertEquals(List.of(new Delivery(1, 1, false)), Deliveries.await(other, 1));
        owner.kill();
        assertEquals(List.of(new Delivery(1, 0, true)), Deliveries.await(other, 1));
      }
    }
  }
}
