package io.millrace.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.message.Market.Side;
import io.millrace.ring.Consumer;
import io.millrace.ring.GroupOptions;
import io.millrace.ring.Producer;
import io.millrace.ring.Ring;
import io.millrace.ring.RingOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is thrown while a message is written, its claim is given up and the writer goes on. */
class FailingClaimTest {
  private static final int BYTES = 64 * 1024;

  private final Captured sender = new Captured();
  private final Market out = Messages.writer(Market.class, sender);

  private static void raise(Error failure) {
    throw failure;
  }

  @Test
  void aClaimIsGivenUpWhenItsWritingThrows() {
    OutOfMemoryError failure = new OutOfMemoryError("a test");
    sender.onBuffer = () -> raise(failure);
    assertSame(failure, assertThrows(OutOfMemoryError.class, () -> out.cancelled(1)));
    assertFalse(sender.isClaimed());
    assertEquals(1, sender.aborted);
    sender.onBuffer = () -> {};
    out.cancelled(2);
    assertEquals(1, sender.sent.size());
  }

  @Test
  void aClaimThatCannotBeGivenUpIsGivenUpByTheNextCall() {
    OutOfMemoryError first = new OutOfMemoryError("first");
    OutOfMemoryError second = new OutOfMemoryError("second");
    sender.onBuffer = () -> raise(first);
    sender.onAbort = () -> raise(second);
    OutOfMemoryError thrown = assertThrows(OutOfMemoryError.class, () -> out.cancelled(1));
    assertSame(first, thrown);
    assertSame(second, thrown.getSuppressed()[0]);
    assertTrue(sender.isClaimed());
    sender.onBuffer = () -> {};
    sender.onAbort = () -> {};
    out.placed(1, "MILL", Side.BUY, 1, 1);
    assertEquals(1, sender.sent.size());
    assertEquals(1, sender.aborted);
  }

  /** Also where the JVM has compiled it all and tells of the fault late. */
  @Test
  void aMappedFileThatIsCutShortHoldsNobodyUp(@TempDir Path folder) throws IOException {
    UnsafeBuffer mapped;
    try (RandomAccessFile content = new RandomAccessFile(folder.resolve("source").toFile(), "rw")) {
      content.setLength(BYTES);
      mapped = new UnsafeBuffer(content.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, BYTES));
      content.setLength(0);
    }
    UnsafeBuffer part = new UnsafeBuffer(mapped, 0, 2000);
    try (Ring ring = Ring.create(RingOptions.capacity(BYTES));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"));
        Producer producer = ring.addProducer()) {
      Market writer = Messages.writer(Market.class, producer);
      long[] seen = new long[1];
      int failed = 0;
      int written = 0;
      for (int i = 0; i < 20_000; i++) {
        failed += succeeds(() -> writer.bytes(new byte[0], 1, part)) ? 0 : 1;
        written += succeeds(() -> writer.cancelled(2)) ? 1 : 0;
        consumer.poll((type, buffer, offset, length) -> seen[0] += type == 2 ? 1 : 0, 10);
      }
      assertTrue(failed > 0, "a file that is cut short was read");
      assertTrue(seen[0] >= written);
      assertEquals(ring.counters().position(), consumer.position());
      assertEquals(0, ring.counters().groups().get(0).recoveries());
    }
  }

  private static boolean succeeds(Runnable call) {
    try {
      call.run();
      return true;
    } catch (InternalError fault) {
      return false;
    }
  }

  /** Sends at each of the deepest levels, from the last one upwards. */
  private static final class Dive {
    static final int CALLS = 200;

    final Market writer;
    final boolean[] done = new boolean[CALLS];
    int calls;

    Dive(Market writer) {
      this.writer = writer;
    }

    void dive() {
      try {
        dive();
      } catch (StackOverflowError bottom) {
        // This level may be deep enough for a part of a call.
      }
      int i = calls;
      if (i < CALLS) {
        calls = i + 1;
        try {
          if (i % 2 == 0) {
            writer.placed(i, "MILL", Side.BUY, 1, 1);
            done[i] = true;
          } else {
            done[i] = writer.texts("grün", "x", "y", "z", "" + i, "u") > 0;
          }
        } catch (StackOverflowError exhausted) {
          done[i] = false;
        }
      }
    }
  }

  @Test
  void anExhaustedStackHoldsNobodyUp() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      try (Ring ring = Ring.create(RingOptions.capacity(BYTES));
          Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
        Calls got = new Calls();
        MessageReader reader = Messages.reader(Market.class, got);
        int[] sent = new int[1];
        Throwable[] failure = new Throwable[1];
        Thread diver =
            new Thread(
                null,
                () -> {
                  try (Producer producer = ring.addProducer()) {
                    Market writer = Messages.writer(Market.class, producer);
                    // What is loaded for the first time may not fail for want of stack.
                    writer.placed(0, "MILL", Side.BUY, 1, 1);
                    writer.texts("grün", "x", "y", "z", "0", "u");
                    assertThrows(
                        IllegalArgumentException.class,
                        () -> writer.bytes(new byte[BYTES], 1, new UnsafeBuffer(new byte[1])));
                    Dive dive = new Dive(writer);
                    dive.dive();
                    writer.cancelled(3);
                    for (boolean one : dive.done) {
                      sent[0] += one ? 1 : 0;
                    }
                  } catch (Throwable thrown) {
                    failure[0] = thrown;
                  }
                },
                "diver",
                256 * 1024);
        diver.start();
        diver.join();
        assertNull(failure[0]);
        while (consumer.poll(reader, 100) > 0) {}
        assertEquals("cancelled 3", got.seen.get(got.seen.size() - 1));
        assertTrue(got.seen.size() >= sent[0] + 3, got.seen.size() + " of " + sent[0]);
        assertEquals(ring.counters().position(), consumer.position());
      }
    }
  }
}
