package io.millrace.ring;

import static org.agrona.concurrent.ringbuffer.RingBuffer.INSUFFICIENT_CAPACITY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One contract, kept by Agrona's ring buffer and by ours. */
class AgronaRingBufferTest {
  private static final int CAPACITY = 64 * 1024;
  private static final MessageHandler IGNORE = (type, buffer, index, length) -> {};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[1024]);
  private final List<Integer> seen = new ArrayList<>();

  static Stream<AgronaSubject> subjects() {
    return Stream.of(
        AgronaSubject.agrona(CAPACITY), AgronaSubject.ours(RingOptions.capacity(CAPACITY)));
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void messagesAreReadAsTheyWereWritten(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      assertEquals(CAPACITY, buffer.capacity());
      for (int round = 0; round < 3000; round++) {
        int length = round % 500;
        int type = 1 + round;
        message.setMemory(0, length, (byte) round);
        assertTrue(buffer.write(type, message, 0, length));
        assertEquals(
            1,
            read(
                buffer,
                (readType, data, index, readLength) -> {
                  assertEquals(type, readType);
                  assertEquals(length, readLength);
                  for (int i = 0; i < length; i++) {
                    assertEquals((byte) (type - 1), data.getByte(index + i));
                  }
                }));
      }
      assertEquals(0, buffer.read(IGNORE));
      assertEquals(0, buffer.size());
      assertEquals(buffer.producerPosition(), buffer.consumerPosition());
    }
  }

  /** Agrona's may stop at the end of its memory and go on with the next call. */
  private static int read(RingBuffer buffer, MessageHandler handler) {
    int count = buffer.read(handler);
    return count == 0 ? buffer.read(handler) : count;
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void theLimitIsKept(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      for (int i = 1; i <= 10; i++) {
        assertTrue(buffer.write(i, message, 0, 8));
      }
      assertTrue(buffer.size() >= 10 * 16);
      assertEquals(3, buffer.read((type, data, index, length) -> seen.add(type), 3));
      assertEquals(7, buffer.read((type, data, index, length) -> seen.add(type)));
      assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), seen);
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aFullBufferRefusesUntilSomethingWasRead(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      while (buffer.write(1, message, 0, 1000)) {
        seen.add(1);
      }
      assertTrue(seen.size() > 50);
      assertEquals(INSUFFICIENT_CAPACITY, buffer.tryClaim(1, 1000));
      assertEquals(1, buffer.read(IGNORE, 1));
      assertTrue(buffer.write(1, message, 0, 1000));
      assertFalse(buffer.write(1, message, 0, 1000));
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void claimsAreWrittenInPlaceAndBecomeVisibleInOrder(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      int first = buffer.tryClaim(1, 8);
      int second = buffer.tryClaim(2, 8);
      int third = buffer.tryClaim(3, 8);
      buffer.buffer().putLong(first, 11);
      buffer.buffer().putLong(second, 22);
      buffer.buffer().putLong(third, 33);
      buffer.commit(third);
      assertEquals(0, buffer.read(IGNORE));
      buffer.commit(first);
      assertEquals(1, buffer.read((t, data, index, l) -> seen.add((int) data.getLong(index))));
      buffer.abort(second);
      assertEquals(1, buffer.read((t, data, index, l) -> seen.add((int) data.getLong(index))));
      assertEquals(List.of(11, 33), seen);
      assertThrows(IllegalStateException.class, () -> buffer.commit(third));
      assertThrows(IllegalStateException.class, () -> buffer.abort(second));
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aClaimMayBeCommittedByAnotherThread(AgronaSubject subject) throws InterruptedException {
    try (subject) {
      int index = subject.buffer().tryClaim(5, 8);
      Thread committer = new Thread(() -> subject.buffer().commit(index));
      committer.start();
      committer.join();
      assertEquals(1, subject.buffer().read((type, data, i, length) -> seen.add(type)));
      assertEquals(List.of(5), seen);
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void manyThreadsMayWriteAtOnce(AgronaSubject subject) throws InterruptedException {
    int writers = 4;
    int each = 20_000;
    try (subject) {
      RingBuffer buffer = subject.buffer();
      List<Thread> threads = new ArrayList<>();
      AtomicReference<Throwable> failed = new AtomicReference<>();
      for (int w = 1; w <= writers; w++) {
        int type = w;
        Thread thread = new Thread(() -> write(buffer, type, each));
        thread.setUncaughtExceptionHandler((which, failure) -> failed.set(failure));
        thread.start();
        threads.add(thread);
      }
      long[] next = new long[writers + 1];
      int count = 0;
      while (count < writers * each && failed.get() == null) {
        count +=
            buffer.read(
                (type, data, index, length) -> {
                  assertEquals(next[type]++, data.getLong(index));
                  assertEquals(8 + next[type] % 3 * 8, length);
                });
        Thread.onSpinWait();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertNull(failed.get());
      assertEquals(writers * each, count);
    }
  }

  private static void write(RingBuffer buffer, int type, int count) {
    UnsafeBuffer own = new UnsafeBuffer(new byte[32]);
    for (long i = 0; i < count; i++) {
      int length = (int) (8 + (i + 1) % 3 * 8);
      if (i % 2 == 0) {
        own.putLong(0, i);
        while (!buffer.write(type, own, 0, length)) {
          Thread.yield();
        }
      } else {
        int index = buffer.tryClaim(type, length);
        while (index < 0) {
          Thread.yield();
          index = buffer.tryClaim(type, length);
        }
        buffer.buffer().putLong(index, i);
        buffer.commit(index);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void controlledReadsDoAsTheHandlerSays(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      for (int i = 1; i <= 5; i++) {
        assertTrue(buffer.write(i, message, 0, 8));
      }
      ControlledMessageHandler handler =
          (type, data, index, length) -> {
            seen.add(type);
            return switch (type) {
              case 1 -> ControlledMessageHandler.Action.COMMIT;
              case 2 -> ControlledMessageHandler.Action.CONTINUE;
              case 3 -> ControlledMessageHandler.Action.BREAK;
              default ->
                  seen.size() < 6
                      ? ControlledMessageHandler.Action.ABORT
                      : ControlledMessageHandler.Action.CONTINUE;
            };
          };
      assertEquals(3, buffer.controlledRead(handler));
      assertEquals(0, buffer.controlledRead(handler));
      assertEquals(0, buffer.controlledRead(handler));
      assertEquals(1, buffer.controlledRead(handler, 1));
      assertEquals(1, buffer.controlledRead(handler));
      assertEquals(List.of(1, 2, 3, 4, 4, 4, 5), seen);
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void aMessageWhoseHandlerThrowsIsGone(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      assertTrue(buffer.write(1, message, 0, 8));
      assertTrue(buffer.write(2, message, 0, 8));
      assertTrue(buffer.write(3, message, 0, 8));
      assertThrows(
          ArithmeticException.class,
          () ->
              buffer.read(
                  (type, data, index, length) -> {
                    throw new ArithmeticException();
                  }));
      assertThrows(
          ArithmeticException.class,
          () ->
              buffer.controlledRead(
                  (type, data, index, length) -> {
                    throw new ArithmeticException();
                  }));
      assertEquals(1, buffer.read((type, data, index, length) -> seen.add(type)));
      assertEquals(List.of(3), seen);
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void badArgumentsAreRefused(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      for (int type : new int[] {0, -1}) {
        assertThrows(IllegalArgumentException.class, () -> buffer.write(type, message, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> buffer.tryClaim(type, 8));
      }
      int tooLong = buffer.maxMsgLength() + 1;
      UnsafeBuffer big = new UnsafeBuffer(new byte[tooLong]);
      assertThrows(IllegalArgumentException.class, () -> buffer.write(1, big, 0, tooLong));
      assertThrows(IllegalArgumentException.class, () -> buffer.tryClaim(1, tooLong));
      assertThrows(IllegalArgumentException.class, () -> buffer.tryClaim(1, -1));
      assertTrue(buffer.write(1, big, 0, buffer.maxMsgLength()));
      assertEquals(1, buffer.read((type, data, index, length) -> seen.add(length)));
      assertEquals(List.of(buffer.maxMsgLength()), seen);
    }
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void theNumbersThatAllShareAreKept(AgronaSubject subject) {
    try (subject) {
      RingBuffer buffer = subject.buffer();
      assertEquals(0, buffer.nextCorrelationId());
      assertEquals(1, buffer.nextCorrelationId());
      assertEquals(0, buffer.consumerHeartbeatTime());
      buffer.consumerHeartbeatTime(12345);
      assertEquals(12345, buffer.consumerHeartbeatTime());
      assertFalse(buffer.unblock());
      buffer.write(1, message, 0, 8);
      assertFalse(buffer.unblock());
      assertEquals(1, buffer.read(IGNORE));
      assertFalse(buffer.unblock());
    }
  }
}
