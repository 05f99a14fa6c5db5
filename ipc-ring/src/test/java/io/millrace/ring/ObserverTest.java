package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ObserverTest {
  private static final int CAPACITY = 64 * 1024;

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
    int records = 400_000;
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Observer observer = ring.addObserver()) {
      Thread writer = new Thread(() -> write(ring, records));
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
      while (writer.isAlive() || observer.position() < ring.counters().position()) {
        observer.poll(handler, 100);
      }
      writer.join();
      assertNull(failed.get());
      assertEquals(ring.counters().position(), observer.position());
      // Every byte of the stream was either delivered or counted as lost.
      assertEquals(observer.position(), delivered[0] + observer.lostBytes());
      assertTrue(observer.lostBytes() > 0, "was never overrun, so nothing was tested");
      assertTrue(delivered[0] > 0);
    }
  }

  private static void write(Ring ring, int records) {
    UnsafeBuffer source = new UnsafeBuffer(new byte[1000]);
    try (Producer producer = ring.addProducer()) {
      for (int i = 0; i < records; i++) {
        int length = i * 7 % 600;
        Payload.fill(source, 0, length, i);
        assertTrue(producer.offer(source, 0, length, i) > 0);
      }
    }
  }
}
