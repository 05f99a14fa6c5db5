package io.millrace.ring;

import static io.millrace.ring.RingLayout.*;
import static io.millrace.ring.RingProcess.SOON;
import static io.millrace.ring.Steps.Step.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.os.Descriptor;
import io.millrace.os.PidFd;
import io.millrace.ring.RingProcess.Delivery;
import io.millrace.ring.Survivors.Manner;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What is left by the dead is found: by those who sleep, and by those who never do. */
class DeathsTest {
  private static final GroupOptions TOGETHER = GroupOptions.named("together").shared().retained();
  private static final RingOptions OPTIONS =
      RingOptions.capacity(64 * 1024)
          .name("deaths")
          .maxProducers(4)
          .maxGroups(3)
          .maxConsumers(6)
          .maxWaiters(5);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[40]);

  /**
   * A process that is killed while it starts a program leaves its open file description to that one
   * for some milliseconds. Here it is this process that has it, for as long as it takes.
   */
  @Test
  void whoSleepsFindsWhatTheDeadLeftOnceTheirLocksAreFree() throws IOException {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING)) {
      child.run("consumer c together sr");
      Deliveries.offer(ring, 0, 1);
      child.runUpTo(RECORD_HANDLED, 1, "poll c 1");
      survivors.with(TOGETHER).awaitDeepAsleep();
      List<Descriptor> copies = copiesOfMemfds(child.pid());
      try {
        child.kill();
        assertTrue(ring.core.membership.isAlive(consumerLock(0)), "the lock is free already");
        Eventually.await("the sleeper is told of the death", SOON, () -> !isWatched(child.pid()));
        survivors.awaitAsleep();
      } finally {
        copies.forEach(Descriptor::close);
      }
      Eventually.await(
          "the record comes again", SOON, () -> !survivors.journal("together").isEmpty());
      assertEquals(new Delivery(1, 0, true), survivors.journal("together").get(0));
    }
  }

  private static List<Descriptor> copiesOfMemfds(int pid) throws IOException {
    List<Descriptor> copies = new ArrayList<>();
    try (Descriptor process = PidFd.open(pid);
        Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path one : all.toList()) {
        if (Files.readSymbolicLink(one).toString().startsWith("/memfd:deaths")) {
          int number = Integer.parseInt(one.getFileName().toString());
          copies.add(PidFd.copyDescriptor(process, number, "of the child"));
        }
      }
    }
    assertFalse(copies.isEmpty(), "the memory, which the locks are held by");
    return copies;
  }

  private static boolean isWatched(int pid) {
    return OpenDescriptors.now().keySet().stream()
        .map(number -> Path.of("/proc/self/fdinfo/" + number))
        .anyMatch(info -> readIfThere(info).contains("Pid:\t" + pid + "\n"));
  }

  private static String readIfThere(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  /** It gives the record back, and polls no more. */
  @Test
  void whoSleepsIsToldOfARecordThatItsTakerGaveBack() {
    try (Ring ring = Ring.create(OPTIONS);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING)) {
      Consumer first = ring.addConsumer(TOGETHER);
      Deliveries.offer(ring, 0, 1);
      Deliveries.refuse(first);
      Consumer taker = ring.addConsumer(TOGETHER);
      first.close();
      List<Long> asleep = new ArrayList<>();
      Eventually.await(
          "the taker finds the record",
          SOON,
          () -> {
            List<Delivery> got = new ArrayList<>();
            taker.controlledPoll(
                (type, buffer, offset, length, redelivered) -> {
                  got.add(new Delivery(type, buffer.getInt(offset), redelivered));
                  survivors.with(TOGETHER).awaitDeepAsleep();
                  asleep.addAll(phases(ring));
                  return ControlledRecordHandler.Action.ABORT;
                },
                10);
            return !got.isEmpty();
          });
      // A rival looks by itself every two seconds; this is not what it should need.
      assertNotEquals(asleep, phases(ring));
      Eventually.await(
          "the record comes again", SOON, () -> !survivors.journal("together").isEmpty());
      assertEquals(new Delivery(1, 0, true), survivors.journal("together").get(0));
      taker.close();
    }
  }

  /** They change with whoever is woken. */
  private static List<Long> phases(Ring ring) {
    return Arrays.stream(ring.core.memory.waiters).map(WaiterSlot::phase).toList();
  }

  @Test
  void whoAbortsIsNotCalledAgainByTheSamePoll() {
    try (Ring ring = Ring.create(OPTIONS);
        Consumer consumer = ring.addConsumer(TOGETHER)) {
      Consumer other = ring.addConsumer(TOGETHER);
      Deliveries.offer(ring, 0, 3);
      Deliveries.refuse(other);
      other.close();
      List<Delivery> got = Deliveries.refuse(consumer); // The next record, of its own.
      assertEquals(1, got.size());
      consumer.idle.clearUp();
      assertEquals(1, Deliveries.refuse(consumer).size());
      assertEquals(3, Deliveries.await(consumer, 3).size());
      Deliveries.offer(ring, 3, 5);
      Consumer another = ring.addConsumer(TOGETHER);
      Deliveries.refuse(another);
      another.close();
      consumer.idle.clearUp();
      assertEquals(List.of(new Delivery(1, 3, true)), Deliveries.refuse(consumer), "an orphan");
      assertEquals(2, Deliveries.await(consumer, 2).size());
    }
  }

  /** There is always one record more, so that it never looks around because nothing comes. */
  @Test
  void whoIsNeverIdleFindsARecordOfTheDeadBeforeItHoldsEverybodyBack() {
    try (Ring ring = Ring.create(RingOptions.capacity(16 << 20).maxConsumers(2));
        RingProcess child = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(TOGETHER)) {
      killWithRecordInHand(ring, child);
      boolean[] again = {false};
      while (!again[0]) {
        assertTrue(producer.offer(1, message, 0, 40) > 0, "the dead one's record holds all back");
        assertEquals(1, poll(consumer, again, 0));
      }
    }
  }

  /** A handler that needs a millisecond: it is not after a fixed number of records either. */
  @Test
  void aSlowHandlerDoesNotKeepARecordOfTheDeadWaiting() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer();
        Consumer consumer = ring.addConsumer(TOGETHER)) {
      boolean[] again = {false};
      for (int i = 0; i < 10; i++) {
        assertTrue(producer.offer(1, message, 0, 40) > 0);
        assertEquals(1, poll(consumer, again, 2_000_000));
      }
      killWithRecordInHand(ring, child);
      for (int i = 0; i < 3; i++) {
        assertTrue(producer.offer(1, message, 0, 40) > 0);
        assertEquals(1, poll(consumer, again, 2_000_000));
      }
      assertTrue(again[0], "it takes more than three records of two milliseconds");
    }
  }

  private void killWithRecordInHand(Ring ring, RingProcess child) {
    child.run("consumer c together sr");
    Deliveries.offer(ring, 0, 1);
    child.runUpTo(RECORD_HANDLED, 1, "poll c 1");
    child.kill();
  }

  private static int poll(Consumer consumer, boolean[] again, long pause) {
    return consumer.controlledPoll(
        (type, buffer, offset, length, redelivered) -> {
          again[0] |= redelivered;
          if (pause > 0) {
            LockSupport.parkNanos(pause);
          }
          return ControlledRecordHandler.Action.CONTINUE;
        },
        1);
  }

  /** Nobody sleeps, joins or leaves: it is those who commit who find the bits. */
  @Test
  void theBitsOfKilledSleepersAreClearedByThoseWhoCommit() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess second = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer()) {
      killAsleep(ring, child, second);
      Eventually.await(
          "no bit is left of the dead",
          SOON,
          () -> {
            for (int i = 0; i < 1000; i++) {
              producer.offer(1, message, 0, 40);
            }
            return sleepers(ring) == 0;
          });
    }
  }

  /** Or who notices the death: a sleeper that lives keeps its own bit. */
  @Test
  void theBitsOfKilledSleepersAreClearedByThoseWhoSleep() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess child = RingProcess.joinedTo(ring);
        RingProcess second = RingProcess.joinedTo(ring);
        Survivors survivors = new Survivors(ring, Manner.BLOCKING).with(TOGETHER)) {
      survivors.awaitDeepAsleep();
      killAsleep(ring, child, second);
      Eventually.await("only one sleeps", SOON, () -> sleepers(ring) == 1);
      survivors.awaitDeepAsleep();
      survivors.produce(3);
      survivors.awaitCaughtUp();
    }
  }

  private static void killAsleep(Ring ring, RingProcess... children) {
    int before = sleepers(ring);
    for (RingProcess child : children) {
      child.run("consumer c asleep" + child.pid() + " e");
      child.send("await c 1");
    }
    Eventually.await("they sleep", SOON, () -> sleepers(ring) == before + children.length);
    for (RingProcess child : children) {
      child.kill();
    }
  }

  private static int sleepers(Ring ring) {
    return Long.bitCount(ring.core.memory.words.dataWaiters.get());
  }

  /**
   * A consumer finds a hole, is held up before it holds the place, and the others go on meanwhile:
   * there is a newer record at that place.
   */
  @Test
  void aHoleThatOthersHavePassedMeanwhileIsLeftAlone() {
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess killed = RingProcess.joinedTo(ring);
        RingProcess slow = RingProcess.joinedTo(ring);
        Consumer consumer = ring.addConsumer(TOGETHER);
        Producer beside = ring.addProducer();
        Producer producer = ring.addProducer()) {
      slow.run("consumer c together sr");
      killed.run("producer p");
      killed.runUpTo(TAIL_MOVED, 1, "offer p 0 40");
      killed.kill();
      assertTrue(beside.offer(2, message, 0, 40) > 0); // Its intent is where the hole ends.
      slow.run("arm " + HOLE_FOUND + " 1");
      slow.send("await c 1");
      slow.awaitStop(HOLE_FOUND);
      List<Delivery> all = Deliveries.await(consumer, 1);
      int count = 0;
      for (; count < 1000; count++) {
        message.putInt(0, count);
        assertTrue(producer.offer(1, message, 0, 40) > 0);
      }
      all.addAll(Deliveries.await(consumer, 1000));
      for (; count < 1023; count++) {
        message.putInt(0, count);
        assertTrue(producer.offer(1, message, 0, 40) > 0);
      }
      slow.go();
      slow.finish("await");
      Eventually.await(
          "the records behind the lap",
          SOON,
          () -> {
            Deliveries.poll(consumer, all, ControlledRecordHandler.Action.CONTINUE);
            return consumer.position() == ring.counters().position();
          });
      all.addAll(slow.deliveries());
      Survivors.assertComplete(all, 1, 1023, false);
    }
  }

  /**
   * The number of a process that died is given to another one before it can be watched: its lock
   * tells. That is asked behind the opening of the process, else it might die in between.
   */
  @Test
  void whoIsDeadBeforeItIsWatchedIsNotTakenForWhoHasItsNumberNow() {
    Tools.assumeWorks("prlimit", "--nofile=100", "true");
    try (Ring ring = Ring.create(OPTIONS);
        RingProcess member = RingProcess.joinedTo(ring);
        ChildProcess watcher =
            ChildProcess.startUnder(
                List.of("prlimit", "--nofile=100"),
                List.of(),
                DeathWatchWithoutDescriptors.class,
                Stream.concat(
                        Stream.of(ring.core.membership.pid),
                        Arrays.stream(ring.descriptors()).boxed())
                    .map(String::valueOf)
                    .toArray(String[]::new))) {
      member.run("consumer c together sr");
      watcher.send("look");
      watcher.expectLine("watches not all", SOON);
      member.kill();
      ring.core.membership.sign(ring.core.memory.consumers[0].owner);
      watcher.send("look");
      assertEquals("true", watcher.expectLine("saw a death: ", SOON));
    }
  }
}
