package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.ring.Batch;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** In steady state a call allocates nothing, with arguments of all kinds that are views. */
class MessageAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 20_000;
  private static final long DEADLINE = TimeUnit.SECONDS.toNanos(20);

  /** What the measurement itself, or a compilation in between, may take; not one byte a round. */
  private static final long TOLERATED = 4096;

  private enum Side {
    BUY,
    SELL
  }

  private interface Quiet {
    boolean numbers(long id, @Ascii(8) CharSequence symbol, Side side, @Decimal(-4) long price);

    long texts(
        CharSequence utf8,
        @Ascii CharSequence ascii,
        @Ascii(12) CharSequence twelve,
        @Utf8(9) CharSequence nine);

    void bytes(DirectBuffer bytes, @Optional Side side);

    void added(int id, @Since(1) @Ascii(3) CharSequence text);
  }

  private static final class Sum implements Quiet {
    private long sum;

    private void add(CharSequence text) {
      for (int i = 0; i < text.length(); i++) {
        sum += text.charAt(i);
      }
    }

    @Override
    public boolean numbers(long id, CharSequence symbol, Side side, long price) {
      add(symbol);
      sum += id + side.ordinal() + price;
      return true;
    }

    @Override
    public long texts(
        CharSequence utf8, CharSequence ascii, CharSequence twelve, CharSequence nine) {
      add(utf8);
      add(ascii);
      add(twelve);
      add(nine);
      return 0;
    }

    @Override
    public void bytes(DirectBuffer bytes, Side side) {
      sum += bytes.getLong(0) + bytes.capacity() + (side == null ? 0 : 1);
    }

    @Override
    public void added(int id, CharSequence text) {
      add(text);
    }
  }

  private static void assertNoAllocation(Runnable round) {
    long start = System.nanoTime();
    long allocated;
    do {
      // The first rounds load classes and link call sites.
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS; i++) {
        round.run();
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    } while (allocated > TOLERATED && System.nanoTime() - start < DEADLINE);
    assertTrue(allocated <= TOLERATED, allocated + " bytes in " + ROUNDS + " rounds");
  }

  @Test
  void callsOfAllKindsAllocateNothing() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      Quiet out = Messages.writer(Quiet.class, producer);
      MessageReader in = Messages.reader(Quiet.class, new Sum());
      UnsafeBuffer bytes = new UnsafeBuffer(new byte[100]);
      StringBuilder text = new StringBuilder("zwölf \ud83d\ude00");
      Side[] sides = {Side.BUY, null};
      int[] i = new int[1];
      assertNoAllocation(
          () -> {
            out.numbers(i[0], "MILL", Side.SELL, 100);
            assertTrue(out.texts(text, "plain", "longer", "grün") > 0);
            out.bytes(bytes, sides[i[0]++ & 1]);
            out.added(1, "abc");
            assertEquals(4, consumer.poll(in, 10));
          });
    }
  }

  @Test
  void aFullRingAndABatchAllocateNothing() {
    try (Ring ring = Ring.create(RingOptions.capacity(64 * 1024));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      Quiet out = Messages.writer(Quiet.class, producer);
      Quiet batched;
      try (Batch batch = producer.tryBatch(1, 100)) {
        batched = Messages.writer(Quiet.class, batch.sender());
      }
      MessageReader in = Messages.reader(Quiet.class, new Sum());
      assertNoAllocation(
          () -> {
            try (Batch batch = producer.tryBatch(2, 40)) {
              batched.numbers(batch.hashCode(), "MILL", Side.SELL, 100);
              batched.added(2, "x");
            }
            assertEquals(2, consumer.poll(in, 10));
          });
      while (out.numbers(1, "MILL", Side.BUY, 1)) {}
      assertNoAllocation(
          () -> {
            if (out.numbers(1, "MILL", Side.BUY, 1) || out.texts("", "", "", "") >= 0) {
              throw new AssertionError("room");
            }
          });
    }
  }
}
