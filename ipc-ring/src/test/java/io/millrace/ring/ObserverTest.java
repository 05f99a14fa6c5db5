package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertTrue(producer.offer(message, 0, 112, i) > 0);
      }
      assertEquals(0, observer.poll((type, buffer, offset, length) -> {}, 10));
      assertEquals(600 * 128, observer.lostBytes());
      assertEquals(600 * 128, observer.position());
      producer.offer(message, 0, 112, 77);
      assertEquals(1, observer.poll((type, b, o, length) -> assertEquals(77, type), 10));
      assertEquals(600 * 128, observer.lostBytes());
    }
  }

  @Test
  void aRecordWhoseHandlerThrowsComesAgain() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Producer producer = ring.addProducer();
        Observer observer = ring.addObserver()) {
      producer.offer(message, 0, 8, 1);
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

  private static void write(Ring ring, AtomicBoolean enough) {
    UnsafeBuffer source = new UnsafeBuffer(new byte[1000]);
    try (Producer producer = ring.addProducer()) {
      for (int i = 0; !enough.get(); i++) {
        int length = i * 7 % 600;
        Payload.fill(source, 0, length, i);
        assertTrue(producer.offer(source, 0, length, i) > 0);
      }
    }
  }
}
