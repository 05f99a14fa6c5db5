package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Something is thrown, or calls back, between claim and commit. */
class FailingWriteTest {
  private static final int CAPACITY = 64 * 1024;
  private static final RingOptions MANY = RingOptions.capacity(CAPACITY).name("failing-write");
  private static final GroupOptions ALL = GroupOptions.named("all");
  private static final long SOON = TimeUnit.SECONDS.toNanos(60);

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[2000]);
  private final List<Integer> seen = new ArrayList<>();

  /** All that copies or encodes something of the application. */
  enum Way {
    OFFER((producer, source) -> producer.offer(2, source, 0, 2000)),
    SHORT_OFFER((producer, source) -> producer.offer(2, source, 0, 100)),
    FIRST_PART((producer, source) -> producer.offer(2, source, 0, 2000, small(), 0, 8)),
    SECOND_PART((producer, source) -> producer.offer(2, small(), 0, 8, source, 0, 2000)),
    WAITING_OFFER(
        (producer, source) -> producer.offer(2, source, 0, 2000, WaitStrategy.blocking(), SOON)),
    ENCODER(
        (producer, source) -> new TypedProducer<>(producer, 2, new Copier(0, source)).offer("x")),
    WAITING_ENCODER(
        (producer, source) ->
            new TypedProducer<>(producer, 2, new Copier(0, source))
                .offer("x", WaitStrategy.blocking(), SOON)),
    FIRST_OF_BATCH((producer, source) -> addTo(producer, source, 0)),
    LATER_OF_BATCH((producer, source) -> addTo(producer, source, 2));

    final BiConsumer<Producer, DirectBuffer> write;

    Way(BiConsumer<Producer, DirectBuffer> write) {
      this.write = write;
    }

    private static UnsafeBuffer small() {
      return new UnsafeBuffer(new byte[8]);
    }

    /** The batch is not closed: the code that throws out of it may not know of it. */
    private static void addTo(Producer producer, DirectBuffer source, int before) {
      Batch batch = producer.tryBatch(5, 2000);
      for (int i = 0; i < before; i++) {
        assertTrue(batch.add(5, small(), 0, 8));
      }
      batch.add(2, source, 0, 2000);
      batch.close();
    }

    int before() {
      return this == LATER_OF_BATCH ? 2 : 0;
    }
  }

  /** An encoder that copies from a buffer. */
  private record Copier(int at, DirectBuffer source) implements RecordEncoder<String> {
    @Override
    public int encodedLength(String text) {
      return 2000;
    }

    @Override
    public void encode(String text, MutableDirectBuffer buffer, int offset) {
      buffer.putBytes(offset, source, at, 2000);
    }
  }

  private static RingOptions options(boolean single) {
    return single ? MANY.forSingleProducer() : MANY;
  }

  private void drain(Consumer consumer) {
    while (consumer.poll((type, buffer, offset, length) -> seen.add(type), 100) > 0) {}
  }

  @ParameterizedTest
  @EnumSource
  void whatIsClaimedWhenTheSourceThrowsIsGivenUpAtOnce(Way way) {
    for (boolean single : new boolean[] {false, true}) {
      for (Throwable cause :
          new Throwable[] {new IllegalStateException("not ready"), new OutOfMemoryError("no")}) {
        seen.clear();
        try (Ring ring = Ring.create(options(single));
            Consumer consumer = ring.addConsumer(ALL)) {
          Producer producer = ring.addProducer();
          producer.offer(1, message, 0, 8);
          TrapBuffer source = new TrapBuffer(2000, () -> raise(cause));
          assertSame(
              cause, assertThrows(Throwable.class, () -> way.write.accept(producer, source)));
          // Nothing else is called, and the consumer need not recover anything.
          drain(consumer);
          assertEquals(1 + way.before(), seen.size());
          assertEquals(ring.counters().position(), consumer.position());
          assertEquals(1 + way.before(), ring.counters().producers().get(0).records());
          for (int i = 0; i < 100; i++) {
            assertTrue(producer.offer(3, message, 0, 2000) > 0);
            assertThrows(Throwable.class, () -> way.write.accept(producer, source));
            drain(consumer);
          }
          assertEquals(100, seen.stream().filter(type -> type == 3).count());
          assertFalse(seen.contains(2));
          producer.close();
          assertEquals(ring.counters().position(), consumer.position());
          assertEquals(0, ring.counters().groups().get(0).recoveries());
        }
      }
    }
  }

  /** Throws anything, checked or not. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void anEncoderThatCannotTellALengthClaimsNothing() {
    try (Ring ring = Ring.create(MANY);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      TypedProducer<String> typed =
          new TypedProducer<>(
              producer,
              1,
              new RecordEncoder<>() {
                @Override
                public int encodedLength(String text) {
                  // Nothing is claimed here: this is as if the application did it before.
                  assertTrue(producer.offer(4, message, 0, 8) > 0);
                  throw new IllegalStateException("no length");
                }

                @Override
                public void encode(String text, MutableDirectBuffer buffer, int offset) {}
              });
      assertThrows(IllegalStateException.class, () -> typed.offer("x"));
      assertTrue(producer.offer(3, message, 0, 8) > 0);
      drain(consumer);
      assertEquals(List.of(4, 3), seen);
    }
  }

  /**
   * All that an application may do with a producer, in the middle of a call of the same producer.
   */
  private List<Runnable> calls(Producer producer, Batch batch, int index) {
    UnsafeBuffer small = new UnsafeBuffer(new byte[8]);
    List<Runnable> calls =
        new ArrayList<>(
            List.of(
                () -> producer.offer(9, small, 0, 8),
                () -> producer.offer(9, small, 0, 4, small, 4, 4),
                () -> producer.offer(9, small, 0, 8, WaitStrategy.blocking(), SOON),
                () -> new TypedProducer<>(producer, 9, new Copier(0, message)).offer("x"),
                () -> producer.tryClaim(9, 8),
                () -> producer.tryBatch(2, 8),
                () -> producer.commit(index),
                () -> producer.abort(index),
                producer::close));
    if (batch != null) {
      calls.add(() -> batch.add(9, small, 0, 8));
      calls.add(batch::close);
    }
    return calls;
  }

  @ParameterizedTest
  @EnumSource
  void aSourceCannotUseTheProducerThatCopiesIt(Way way) {
    for (boolean single : new boolean[] {false, true}) {
      seen.clear();
      try (Ring ring = Ring.create(options(single));
          Consumer consumer = ring.addConsumer(ALL);
          Producer producer = ring.addProducer()) {
        int index = producer.tryClaim(1, 8);
        producer.commit(index);
        boolean inBatch = way == Way.FIRST_OF_BATCH || way == Way.LATER_OF_BATCH;
        // A producer has one batch object, which is used again.
        Batch batch = producer.tryBatch(1, 8);
        batch.close();
        int[] refused = {0};
        List<Runnable> calls = calls(producer, inBatch ? batch : null, index);
        TrapBuffer source =
            new TrapBuffer(
                2000,
                () -> {
                  for (Runnable call : calls) {
                    IllegalStateException refusal =
                        assertThrows(IllegalStateException.class, call::run);
                    assertTrue(
                        refusal.getMessage().startsWith("this producer is in the middle of a call"),
                        refusal.getMessage());
                    refused[0]++;
                  }
                },
                true);
        way.write.accept(producer, source);
        assertTrue(
            refused[0] >= (way.name().endsWith("ENCODER") ? 1 : 2) * calls.size(),
            "the trap was not sprung");
        assertTrue(producer.offer(3, message, 0, 8) > 0);
        drain(consumer);
        assertEquals(3 + way.before(), seen.size());
        assertEquals(2, seen.get(1 + way.before()));
        assertEquals(3, seen.get(2 + way.before()));
        assertEquals(ring.counters().position(), consumer.position());
      }
    }
  }

  /** Also where the JVM has compiled it all and tells of the fault late. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMappedFileThatIsCutShortHoldsNobodyUp(boolean single, @TempDir Path folder)
      throws IOException {
    UnsafeBuffer mapped = cutShort(folder);
    int written = 0;
    try (Ring ring = Ring.create(options(single));
        Consumer consumer = ring.addConsumer(ALL)) {
      try (Producer producer = ring.addProducer()) {
        int failed = 0;
        for (int i = 0; i < 20_000; i++) {
          int length = i % 2 == 0 ? 100 : 2000;
          failed += succeeds(() -> producer.offer(2, mapped, 0, length)) ? 0 : 1;
          written += succeeds(() -> producer.offer(3, message, 0, 8)) ? 1 : 0;
          drain(consumer);
          failed += succeeds(() -> addTwo(producer, mapped, length)) ? 0 : 1;
          written += succeeds(() -> producer.offer(3, message, 0, 8)) ? 1 : 0;
          drain(consumer);
        }
        assertTrue(failed > 0, "a file that is cut short was read");
      }
      drain(consumer);
      assertEquals(ring.counters().position(), consumer.position());
      assertTrue(seen.stream().filter(type -> type == 3).count() >= written);
      assertEquals(0, ring.counters().groups().get(0).recoveries());
    }
  }

  private long addTwo(Producer producer, DirectBuffer source, int length) {
    try (Batch batch = producer.tryBatch(2, 2000)) {
      return batch.add(4, message, 0, 8) && batch.add(2, source, 0, length) ? 0 : -1;
    }
  }

  private static boolean succeeds(LongSupplier offer) {
    try {
      return offer.getAsLong() >= 0;
    } catch (InternalError fault) {
      return false;
    }
  }

  private static UnsafeBuffer cutShort(Path folder) throws IOException {
    Path file = folder.resolve("source");
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      content.setLength(CAPACITY);
      UnsafeBuffer mapped =
          new UnsafeBuffer(content.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, CAPACITY));
      content.setLength(0);
      return mapped;
    }
  }

  /** What each offer ended with. Arrays, because nothing can be called with an exhausted stack. */
  private static final class Dive {
    static final int OFFERS = 200;

    final Producer producer;
    final UnsafeBuffer source = new UnsafeBuffer(new byte[200]);
    final boolean[] done = new boolean[OFFERS];
    int offers;

    /** Not ended yet, if there was no stack for it. */
    Batch open;

    Dive(Producer producer) {
      this.producer = producer;
    }

    /** Offers at each of the deepest levels, from the last one upwards. */
    void dive() {
      try {
        dive();
      } catch (StackOverflowError bottom) {
        // This level may be deep enough for a part of an offer.
      }
      int i = offers;
      if (i < OFFERS) {
        offers = i + 1;
        try {
          if (open != null) {
            open.close();
            open = null;
          }
          source.putInt(0, i);
          if (i % 2 == 0) {
            done[i] = producer.offer(7, source, 0, 100 + i % 100) >= 0;
          } else {
            open = producer.tryBatch(1, 200);
            done[i] = open.add(7, source, 0, 100 + i % 100);
            open.close();
            open = null;
          }
        } catch (StackOverflowError exhausted) {
          done[i] = false;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anExhaustedStackHoldsNobodyUp(boolean single) throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      try (Ring ring = Ring.create(options(single));
          Consumer consumer = ring.addConsumer(ALL)) {
        int[] got = new int[Dive.OFFERS];
        Throwable[] failure = new Throwable[1];
        Thread diver =
            new Thread(
                null,
                () -> {
                  try (Producer producer = ring.addProducer()) {
                    // What is loaded for the first time may not fail for want of stack.
                    assertThrows(
                        IllegalStateException.class,
                        () ->
                            producer.offer(
                                2,
                                new TrapBuffer(
                                    100, () -> raise(new IllegalStateException("warm up"))),
                                0,
                                100));
                    Dive dive = new Dive(producer);
                    dive.dive();
                    if (dive.open != null) {
                      dive.open.close();
                    }
                    assertTrue(producer.offer(3, message, 0, 8) > 0);
                    for (int i = 0; i < Dive.OFFERS; i++) {
                      got[i] = dive.done[i] ? 1 : 0;
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
        int[] last = {-1};
        while (consumer.poll(
                (type, buffer, offset, length) -> {
                  if (type == 7) {
                    int sequence = buffer.getInt(offset);
                    assertTrue(sequence > last[0], "out of order, or twice");
                    last[0] = sequence;
                    got[sequence] = 2;
                  }
                },
                100)
            > 0) {}
        assertEquals(ring.counters().position(), consumer.position());
        for (int i = 0; i < Dive.OFFERS; i++) {
          assertNotEquals(1, got[i], "lost although it was committed: " + i);
        }
        assertEquals(0, ring.counters().groups().get(0).recoveries());
      }
    }
  }

  /** Stopped with its announcement, it loses the claim, and finds a cursor that cannot be. */
  @Test
  void anAnnouncementIsTakenBackWhenTheLookForSpaceThrows() {
    try (Ring ring = Ring.create(MANY.maxProducers(4));
        RingProcess loser = RingProcess.joinedTo(ring);
        Consumer consumer = ring.addConsumer(ALL);
        Producer filler = ring.addProducer()) {
      loser.run("producer p");
      loser.runUpTo(Steps.Step.INTENT_LENGTH_WRITTEN, 1, "offer p 0 40");
      ProducerSlot slot = ring.core.memory.producers[1];
      assertEquals(64, slot.intentLength());
      while (filler.offer(1, message, 0, 40) > 0) {}
      GroupSlot group = ring.core.memory.groups[0];
      group.setFinalCursor(1L << 40);
      loser.go();
      loser.finishWithFailure("offer", "DamagedRingException");
      group.setFinalCursor(0);
      assertEquals(0, slot.intentLength());
      drain(consumer);
      assertTrue(Long.parseLong(loser.run("offer p 0 40")) > 0);
      drain(consumer);
      assertEquals(ring.counters().position(), consumer.position());
    }
  }

  /** The exception came behind the stamp, or even later: what is there by now stays. */
  @Test
  void whatIsToldLateTouchesNoRecord() {
    try (Ring ring = Ring.create(MANY);
        Consumer consumer = ring.addConsumer(ALL);
        Producer producer = ring.addProducer()) {
      OpenClaim late = new OpenClaim(ring.core.memory);
      assertTrue(producer.offer(4, message, 0, 40) > 0);
      late.position = 0;
      late.end = 64;
      late.settle();
      assertEquals(RingLayout.NONE, late.position);
      drain(consumer);
      assertEquals(List.of(4), seen);
      // A lap later, in the place of that record: one that is claimed, and one that is committed.
      while (ring.counters().position() < CAPACITY) {
        assertTrue(producer.offer(5, message, 0, 40) > 0);
        drain(consumer);
      }
      int index = producer.tryClaim(6, 40);
      for (boolean committed : new boolean[] {false, true}) {
        seen.clear();
        late.position = 0;
        late.end = 64;
        late.settle();
        drain(consumer);
        assertEquals(committed ? List.of(6) : List.of(), seen);
        if (!committed) {
          producer.commit(index);
          late.position = 0;
          late.settle();
        }
      }
      assertEquals(CAPACITY + 64, consumer.position());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aProducerThatCouldNotGiveUpDoesSoLaterOrWhenItCloses(boolean close) {
    try (Ring ring = Ring.create(MANY);
        Consumer consumer = ring.addConsumer(ALL)) {
      Producer producer = ring.addProducer();
      RingMemory memory = ring.core.memory;
      TrapBuffer source =
          new TrapBuffer(
              100,
              () -> {
                // Now nothing can be given up: even the tail is nonsense.
                memory.words.setTail(3);
                throw new IllegalStateException("not ready");
              });
      IllegalStateException thrown =
          assertThrows(IllegalStateException.class, () -> producer.offer(2, source, 0, 100));
      assertEquals(1, thrown.getSuppressed().length);
      memory.words.setTail(128);
      drain(consumer);
      assertEquals(0, consumer.position());
      if (close) {
        producer.close();
      } else {
        assertTrue(producer.offer(3, message, 0, 8) > 0);
        producer.close();
      }
      drain(consumer);
      assertEquals(close ? List.of() : List.of(3), seen);
      assertEquals(ring.counters().position(), consumer.position());
    }
  }
}
