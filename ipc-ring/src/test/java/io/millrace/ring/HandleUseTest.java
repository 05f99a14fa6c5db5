package io.millrace.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Handles in the wrong state, in the wrong thread, and with wrong arguments. */
class HandleUseTest {
  private static final int CAPACITY = 64 * 1024;
  private static final RecordHandler IGNORE = (type, buffer, offset, length) -> {};

  private final UnsafeBuffer message = new UnsafeBuffer(new byte[CAPACITY]);

  /** A ring with one handle of each kind, all used by the thread that made it. */
  private record Handles(
      Ring ring, Producer producer, Consumer consumer, Observer observer, RingPoller poller) {
    static Handles make() {
      Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
      Handles handles =
          new Handles(
              ring,
              ring.addProducer(),
              ring.addConsumer(GroupOptions.named("all")),
              ring.addObserver(),
              new RingPoller());
      handles.uses().forEach(Handles::run);
      return handles;
    }

    List<Executable> uses() {
      UnsafeBuffer source = new UnsafeBuffer(new byte[8]);
      return List.of(
          () -> producer.offer(1, source, 0, 8),
          () -> producer.offer(1, source, 0, 4, source, 4, 4),
          () -> producer.commit(producer.tryClaim(1, 8)),
          () -> producer.abort(producer.tryClaim(1, 8)),
          () -> producer.tryBatch(1, 8).close(),
          () -> producer.waitForSpace(8).isReady(),
          () -> consumer.poll(IGNORE, 10),
          () -> consumer.controlledPoll((t, b, o, l, r) -> null, 10),
          () -> consumer.waitForRecords().isReady(),
          () -> poller.await(0),
          () -> observer.poll(IGNORE, 1),
          observer::position,
          observer::lostBytes,
          observer::knownLostRecords);
    }

    private static void run(Executable use) {
      try {
        use.execute();
      } catch (Throwable thrown) {
        throw new AssertionError(thrown);
      }
    }

    void close() {
      producer.close();
      consumer.close();
      observer.close();
      poller.close();
      ring.close();
    }
  }

  private static Throwable inAnotherThread(Executable use) throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                use.execute();
              } catch (Throwable failure) {
                thrown.set(failure);
              }
            });
    thread.start();
    thread.join();
    return thrown.get();
  }

  @Test
  void useAfterCloseIsAnException() {
    Handles handles = Handles.make();
    handles.close();
    for (Executable use : handles.uses()) {
      assertThrows(ClosedException.class, use);
    }
    assertThrows(ClosedException.class, handles.consumer::position);
    assertThrows(ClosedException.class, handles.producer::buffer);
    assertEquals("all", handles.consumer.group(), "and not the name of another group");
    assertThrows(ClosedException.class, handles.ring::descriptors);
    assertThrows(ClosedException.class, handles.ring::addProducer);
    assertThrows(ClosedException.class, handles.ring::addObserver);
    assertThrows(ClosedException.class, handles.ring::counters);
    assertThrows(ClosedException.class, () -> handles.ring.removeGroup("all"));
    assertThrows(ClosedException.class, () -> handles.ring.addConsumer(GroupOptions.named("all")));
    assertThrows(
        ClosedException.class, () -> handles.ring.addGroup(GroupOptions.named("all").retained()));
    handles.close(); // Once more does nothing.
  }

  @Test
  void aHandlerCannotCloseWhatDeliversToIt() {
    for (GroupOptions options :
        List.of(GroupOptions.named("all"), GroupOptions.named("all").shared())) {
      try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
          Producer producer = ring.addProducer();
          Consumer consumer = ring.addConsumer(options);
          Observer observer = ring.addObserver()) {
        producer.offer(1, message, 0, 8);
        assertThrows(IllegalStateException.class, () -> consumer.poll(closing(consumer), 1));
        assertThrows(IllegalStateException.class, () -> observer.poll(closing(observer), 1));
        assertEquals(1, consumer.poll(IGNORE, 1));
        assertEquals(1, observer.poll(IGNORE, 1));
      }
    }
  }

  private static RecordHandler closing(RingHandle handle) {
    return (type, buffer, offset, length) -> handle.close();
  }

  @Test
  void aClosedRingsCountersAreClosedToo() {
    Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
    RingCounters counters = ring.counters();
    assertEquals(0, counters.position());
    ring.close();
    assertThrows(ClosedException.class, counters::position);
    assertThrows(ClosedException.class, counters::producers);
    assertThrows(ClosedException.class, counters::consumers);
    assertThrows(ClosedException.class, counters::groups);
  }

  @Test
  void aSecondThreadIsRefusedWhileTheFirstLives() throws InterruptedException {
    Handles handles = Handles.make();
    for (Executable use : handles.uses()) {
      assertInstanceOf(ForeignThreadException.class, inAnotherThread(use));
    }
    for (Executable use : handles.uses()) {
      Handles.run(use);
    }
    assertEquals(null, inAnotherThread(handles.consumer::position));
    handles.close();
  }

  @Test
  void anyThreadMayClose() throws InterruptedException {
    Handles handles = Handles.make();
    assertEquals(null, inAnotherThread(handles.producer::close));
    assertEquals(null, inAnotherThread(handles::close));
    for (Executable use : handles.uses()) {
      assertThrows(ClosedException.class, use);
    }
  }

  @Test
  void closingARingClosesWhatWasAddedToIt() throws InterruptedException {
    for (boolean inAnotherThread : new boolean[] {false, true}) {
      Handles handles = Handles.make();
      if (inAnotherThread) {
        assertEquals(null, inAnotherThread(handles.ring::close));
      } else {
        handles.ring.close();
      }
      handles.poller.close();
      for (Executable use : handles.uses()) {
        assertThrows(ClosedException.class, use);
      }
    }
  }

  @Test
  void aClaimThatIsOpenWhenAnotherThreadClosesCanStillBeCommitted() throws InterruptedException {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
      Producer claiming = ring.addProducer();
      Producer batching = ring.addProducer();
      int index = claiming.tryClaim(1, 8);
      Batch batch = batching.tryBatch(2, 8);
      assertEquals(null, inAnotherThread(claiming::close));
      assertEquals(null, inAnotherThread(batching::close));
      assertEquals(2, ring.counters().producers().size(), "nobody closes under a payload");
      claiming.buffer().putLong(index, 1);
      claiming.commit(index);
      assertThrows(ClosedException.class, () -> claiming.commit(index));
      assertThrows(ClosedException.class, () -> batch.add(1, message, 0, 8));
      batch.close();
      assertEquals(0, ring.counters().producers().size());
      assertEquals(1, consumer.poll(IGNORE, 10));
    }
  }

  @Test
  void whatAThreadLeavesOpenAnotherMayUseAndClose() throws InterruptedException {
    AtomicReference<Handles> made = new AtomicReference<>();
    assertEquals(null, inAnotherThread(() -> made.set(Handles.make())));
    made.get().uses().forEach(Handles::run);
    made.get().close();
  }

  @Test
  void claimsAreEndedOnceAndInTurn() {
    Handles handles = Handles.make();
    Producer producer = handles.producer;
    int index = producer.tryClaim(1, 8);
    for (Executable another :
        List.<Executable>of(
            () -> producer.tryClaim(1, 8),
            () -> producer.offer(1, message, 0, 8),
            () -> producer.tryBatch(1, 8))) {
      IllegalStateException open = assertThrows(IllegalStateException.class, another);
      assertEquals("the last claim is neither committed nor aborted", open.getMessage());
    }
    assertThrows(IllegalStateException.class, () -> producer.commit(index + 64));
    producer.commit(index);
    IllegalStateException done =
        assertThrows(IllegalStateException.class, () -> producer.commit(index));
    assertEquals("nothing is claimed at index " + index, done.getMessage());
    assertThrows(IllegalStateException.class, () -> producer.abort(index));
    Batch batch = producer.tryBatch(2, 8);
    assertThrows(IllegalStateException.class, () -> producer.commit(0));
    batch.close();
    IllegalStateException closed =
        assertThrows(IllegalStateException.class, () -> batch.add(1, message, 0, 8));
    assertEquals("the batch is closed", closed.getMessage());
    handles.close();
  }

  @Test
  void whatAClosedProducerHadClaimedIsSkipped() {
    try (Ring ring = Ring.create(RingOptions.capacity(CAPACITY));
        Consumer consumer = ring.addConsumer(GroupOptions.named("all"))) {
      Producer claiming = ring.addProducer();
      claiming.tryClaim(1, 100);
      Producer batching = ring.addProducer();
      Batch batch = batching.tryBatch(10, 100);
      assertTrue(batch.add(2, message, 0, 100));
      try (Producer last = ring.addProducer()) {
        assertTrue(last.offer(3, message, 0, 8) > 0);
        claiming.close();
        batching.close();
        int[] sum = {0};
        assertEquals(2, consumer.poll((type, b, o, l) -> sum[0] += type, 10));
        assertEquals(5, sum[0]);
      }
    }
  }

  @Test
  void limitsAreKeptAndStated() {
    Handles handles = Handles.make();
    Producer producer = handles.producer;
    int max = producer.maxMessageLength();
    assertEquals(CAPACITY / 2, max);
    refuse(
        "a message of 32769 bytes; the limit of this ring is 32768",
        () -> producer.offer(1, message, 0, max + 1));
    refuse(
        "a message of -1 bytes; the limit of this ring is 32768", () -> producer.tryClaim(1, -1));
    refuse("a record's type is 0 or more, not -1", () -> producer.offer(-1, message, 0, 8));
    refuse(
        "lengths 32768 and 1 are not 0 or more, and together up to 32768",
        () -> producer.offer(1, message, 0, max, message, 0, 1));
    refuse(
        "lengths -1 and 8 are not 0 or more, and together up to 32768",
        () -> producer.offer(1, message, 0, -1, message, 0, 8));
    refuse(
        "600 records of 8 bytes need 38400 bytes, a batch can have 32832",
        () -> producer.tryBatch(600, 8));
    refuse(
        "0 records of 8 bytes need 0 bytes, a batch can have 32832", () -> producer.tryBatch(0, 8));
    assertTrue(producer.offer(Integer.MAX_VALUE, message, 0, max) > 0);
    assertEquals(
        1,
        handles.consumer.poll(
            (type, buffer, offset, length) -> {
              assertEquals(max, length);
              assertEquals(Integer.MAX_VALUE, type);
            },
            1));
    assertTrue(producer.offer(0, message, message.capacity(), 0) > 0);
    assertEquals(
        1,
        handles.consumer.poll(
            (type, buffer, offset, length) -> {
              assertEquals(0, length);
              assertEquals(0, type);
            },
            1));
    handles.close();
  }

  private static void refuse(String why, Executable use) {
    assertEquals(why, assertThrows(IllegalArgumentException.class, use).getMessage());
  }

  @Test
  void aSourceThatIsTooShortClaimsNothing() {
    Handles handles = Handles.make();
    Producer producer = handles.producer;
    UnsafeBuffer tiny = new UnsafeBuffer(new byte[10]);
    for (Executable wrong :
        List.<Executable>of(
            () -> producer.offer(1, tiny, 4, 8),
            () -> producer.offer(1, tiny, -1, 8),
            () -> producer.offer(1, tiny, 0, 200),
            () -> producer.offer(1, tiny, 0, 5, tiny, 8, 5),
            () -> producer.offer(1, tiny, 8, 5, tiny, 0, 5))) {
      assertThrows(IndexOutOfBoundsException.class, wrong);
    }
    try (Batch batch = producer.tryBatch(3, 8)) {
      assertThrows(IndexOutOfBoundsException.class, () -> batch.add(1, tiny, 4, 8));
      assertTrue(batch.add(2, tiny, 2, 8));
    }
    assertTrue(producer.offer(3, tiny, 2, 8) > 0);
    int[] sum = {0};
    assertEquals(2, handles.consumer.poll((type, b, o, l) -> sum[0] += type, 10));
    assertEquals(5, sum[0]);
    handles.close();
  }
}
