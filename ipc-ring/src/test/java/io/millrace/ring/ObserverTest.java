package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ObserverTest {
  private static final int CAPACITY = 64 * 1024;
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(60);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1000]);

  @Test
  void anObserverHoldsNobodyBackAndIsToldExactlyWhatItMissed() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Producer producer = ring.addProducer();
        Observer observer = ring.addObserver()) {
      for (int i = 0; i < 600; i++) {
        assertTrue(producer.offer(i, message, 0, 112) > 0);
      }
      assertEquals(0, observer.poll((type, buffer, offset, length) -> {}, 10));
      assertEquals(600 * 128, observer.lostBytes());
      assertEquals(600 * 128, observer.position());
      producer.offer(77, message, 0, 112);
      assertEquals(1, observer.poll((type, b, o, length) -> assertEquals(77, type), 10));
      assertEquals(600 * 128, observer.lostBytes());
    }
  }

  @Test
  void aRecordWhoseHandlerThrowsComesAgain() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Producer producer = ring.addProducer();
        Observer observer = ring.addObserver()) {
      producer.offer(1, message, 0, 8);
      int[] again = {0};
      RecordHandler handler =
          new RecordHandler() {
            @Override
            public void onRecord(int type, DirectBuffer buffer, int offset, int length) {
              throw new IllegalStateException("not now");
            }

            @Override
            public void onRedelivery(int type, DirectBuffer buffer, int offset, int length) {
              again[0]++;
            }
          };
      assertThrows(IllegalStateException.class, () -> observer.poll(handler, 10));
      assertEquals(1, observer.poll(handler, 10));
      assertEquals(1, again[0]);
      assertEquals(0, observer.poll(handler, 10));
    }
  }

  @Test
  void noRecordIsTornHoweverOftenTheObserverIsOverrun() throws InterruptedException {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    AtomicBoolean enough = new AtomicBoolean();
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Observer observer = ring.addObserver()) {
      Thread writer = new Thread(() -> write(ring, enough));
      writer.setUncaughtExceptionHandler((thread, failure) -> failed.set(failure));
      writer.start();
      long[] delivered = {0, -1};
      RecordHandler handler =
          (type, buffer, offset, length) -> {
            Payload.check(buffer, offset, length, type);
            assertTrue(type > delivered[1], "out of order");
            delivered[0] += RingLayout.recordLength(length);
            delivered[1] = type;
          };
      int overruns = 0;
      try {
        long start = System.nanoTime();
        while ((overruns < 10 || delivered[0] < 2_000_000) && failed.get() == null) {
          assertTrue(System.nanoTime() - start < DEADLINE, overruns + " overruns");
          long lost = observer.lostBytes();
          observer.poll(handler, 100);
          overruns += observer.lostBytes() == lost ? 0 : 1;
        }
      } finally {
        enough.set(true);
        writer.join();
      }
      assertNull(failed.get());
      while (observer.position() < ring.counters().position()) {
        observer.poll(handler, 100);
      }
      // Every byte of the stream was either delivered or counted as lost.
      assertEquals(observer.position(), delivered[0] + observer.lostBytes());
      assertTrue(observer.knownLostRecords() * RingLayout.ALIGNMENT <= observer.lostBytes());
    }
  }

  /**
   * Nothing is committed, and before the observer looks who may still commit, the owner, who lives,
   * commits and goes on: then nobody is on record for a claim there.
   */
  @Test
  void aRecordThatIsCommittedBehindTheFirstLookIsNotPassedOver() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxProducers(4));
        RingProcess child = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer()) {
      child.run("observer o");
      int index = producer.tryClaim(1, 40);
      producer.buffer().putInt(index, 11);
      child.run("arm HOLE_SEEN 1");
      child.send("watch o");
      child.awaitStop(Steps.Step.HOLE_SEEN);
      producer.commit(index);
      message.putInt(0, 12);
      assertTrue(producer.offer(1, message, 0, 40) > 0);
      child.go();
      assertEquals("64 0", child.finish("watch"));
      assertEquals("128 0", child.run("watch o"));
      assertEquals(
          List.of(new RingProcess.Delivery(1, 11, false), new RingProcess.Delivery(1, 12, false)),
          child.deliveries());
    }
  }

  /**
   * A dead loser has announced 0 to 128, and a killed producer announced to claim from 128: so a
   * hole at 0 ends there, as long as it is one. But while the observer looks, it is committed, and
   * the ring is written over.
   */
  @Test
  void whatIsOverwrittenWhileTheObserverLooksAtAHoleIsCounted() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxProducers(4));
        RingProcess loser = RingProcess.joinedTo(ring);
        RingProcess other = RingProcess.joinedTo(ring);
        RingProcess watching = RingProcess.joinedTo(ring);
        Producer producer = ring.addProducer()) {
      loser.run("producer p");
      other.run("producer p");
      watching.run("observer o");
      loser.runUpTo(Steps.Step.INTENT_LENGTH_WRITTEN, 1, "offer p 0 100");
      int index = producer.tryClaim(1, 40);
      other.run("offer p 1 40");
      other.runUpTo(Steps.Step.INTENT_LENGTH_WRITTEN, 1, "offer p 1 40");
      loser.kill();
      other.kill();
      watching.run("arm HOLE_SEEN 1");
      watching.send("watch o");
      watching.awaitStop(Steps.Step.HOLE_SEEN);
      producer.commit(index);
      long tail = 128;
      while (tail < CAPACITY + 256) {
        tail = producer.offer(2, message, 0, 40);
      }
      watching.go();
      assertEquals(tail + " " + tail, watching.finish("watch"));
    }
  }

  /** Nobody's claims, without a group: they hold nothing that was committed. */
  @Test
  void aHoleThatNobodyHasOnRecordIsPassedAndNothingBehindItIsLost() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY).maxProducers(1));
        Observer observer = ring.addObserver()) {
      try (RingProcess killed = RingProcess.joinedTo(ring)) {
        killed.run("producer p");
        killed.runUpTo(Steps.Step.TAIL_MOVED, 1, "offer p 0 40");
      }
      // The only place is given away: no group needs to pass there.
      try (Producer producer = ring.addProducer()) {
        assertTrue(producer.offer(7, message, 0, 8) > 0);
        List<Integer> types = new ArrayList<>();
        Eventually.await(
            "the record behind it",
            RingProcess.SOON,
            () -> observer.poll((type, buffer, offset, length) -> types.add(type), 1) > 0);
        assertEquals(List.of(7), types);
        assertEquals(0, observer.lostBytes());
      }
    }
  }

  private static void write(Ring ring, AtomicBoolean enough) {
    UnsafeBuffer source = new UnsafeBuffer(new byte[1000]);
    try (Producer producer = ring.addProducer()) {
      for (int i = 0; !enough.get(); i++) {
        int length = i * 7 % 600;
        Payload.fill(source, 0, length, i);
        assertTrue(producer.offer(i, source, 0, length) > 0);
      }
    }
  }
}
