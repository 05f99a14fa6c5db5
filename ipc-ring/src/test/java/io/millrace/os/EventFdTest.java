package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.LeavesNothingOpen;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeavesNothingOpen.class)
class EventFdTest {
  @Test
  void drainingTakesAllSignalsAtOnceAndNeverBlocks() {
    try (EventFd event = EventFd.create()) {
      assertEquals(0, event.drain());
      event.signal();
      event.signal();
      event.signal();
      assertEquals(3, event.drain());
      assertEquals(0, event.drain());
    }
  }

  @Test
  void aFullCounterStillWakesThoseWhoWaitForEdgesAndBlocksNobody() {
    try (EventFd event = EventFd.create();
        Epoll epoll = new Epoll();
        Arena arena = Arena.ofConfined()) {
      long most = -2; // 2^64 - 2
      long written =
          Libc.write(event.descriptor().number(), arena.allocateFrom(Native.LONG, most), 8);
      assertEquals(8, written);
      epoll.add(event.descriptor().number(), Epoll.IN | Epoll.EDGE, 1);
      assertEquals(1, epoll.await(0));
      assertEquals(0, epoll.await(0));
      event.signal();
      assertEquals(1, epoll.await(0));
      assertEquals(1, event.drain());
    }
  }

  @Test
  void aDuplicateIsTheSameCounter() {
    try (EventFd event = EventFd.create();
        EventFd other = EventFd.of(event.descriptor().duplicate())) {
      event.signal();
      assertEquals(1, other.drain());
      assertEquals(0, event.drain());
    }
  }

  @Test
  void threadsThatDrainTogetherNeitherLoseNorInventSignals() throws Exception {
    int rounds = 100_000;
    long signals = 0;
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (EventFd event = EventFd.create();
        Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(Native.LONG);
      List<Future<Long>> drained =
          IntStream.range(0, 3).mapToObj(i -> threads.submit(() -> drain(event, done))).toList();
      for (long i = 1; i <= rounds; i++) { // Every count is another, so that no mix-up evens out.
        count.set(Native.LONG, 0, i);
        assertEquals(8, Libc.write(event.descriptor().number(), count, 8));
        signals += i;
      }
      done.set(true);
      long sum = 0;
      for (Future<Long> part : drained) {
        sum += part.get();
      }
      assertEquals(signals, sum + event.drain());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whatIsNoEventfdIsRefusedAndClosed() {
    Descriptor memfd = Memfd.create("no-event", Mapping.PAGE_SIZE);
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> EventFd.of(memfd));
    assertTrue(refusal.getMessage().contains("/memfd:no-event"), refusal.getMessage());
    assertThrows(ClosedException.class, memfd::number);
  }

  @Test
  void whatIsNoEventfdIsFoundAmongMany() {
    try (EventFd event = EventFd.create();
        EventFd signalled = EventFd.create();
        Epoll epoll = new Epoll();
        Descriptor self = PidFd.open(Credentials.pid());
        Descriptor memfd = Memfd.create("no-event", Mapping.PAGE_SIZE)) {
      signalled.signal();
      int first = event.descriptor().number();
      int second = signalled.descriptor().number();
      assertEquals(-1, EventFd.firstThatIsNone());
      assertEquals(-1, EventFd.firstThatIsNone(first, second));
      int closed = 987_654;
      int[] others = {memfd.number(), epoll.descriptor().number(), self.number(), 1, closed};
      for (int other : others) {
        assertEquals(1, EventFd.firstThatIsNone(first, other, second), "descriptor " + other);
      }
    }
  }

  @Test
  void anEventfdThatWouldBlockItsUserIsRefused() {
    Descriptor event = EventFd.create().descriptor();
    int setFlags = 4;
    assertEquals(0, Libc.fcntl(event.number(), setFlags, 0));
    assertThrows(IllegalArgumentException.class, () -> EventFd.of(event));
  }

  @Test
  void manyAreTakenOverAtOnceAndTheOneThatIsNoneIsNamed() {
    try (EventFd first = EventFd.create();
        EventFd second = EventFd.create();
        Descriptor memfd = Memfd.create("no-event", Mapping.PAGE_SIZE)) {
      assertEquals(0, EventFd.allOf(List.of()).length);
      EventFd[] taken = EventFd.allOf(List.of(first.descriptor(), second.descriptor()));
      taken[1].signal();
      assertEquals(1, second.drain());
      IllegalArgumentException refusal =
          assertThrows(
              IllegalArgumentException.class,
              () -> EventFd.allOf(List.of(first.descriptor(), memfd)));
      assertTrue(refusal.getMessage().contains("/memfd:no-event"), refusal.getMessage());
    }
  }

  @Test
  void oneOfManyThatWouldBlockItsUserIsCuredBeforeItsFirstUse() {
    try (EventFd event = EventFd.create()) {
      int setFlags = 4;
      assertEquals(0, Libc.fcntl(event.descriptor().number(), setFlags, 0));
      assertEquals(0, EventFd.allOf(List.of(event.descriptor()))[0].drain());
    }
  }

  @Test
  void aClosedOneIsRefused() {
    EventFd event = EventFd.create();
    event.close();
    assertThrows(ClosedException.class, event::signal);
    assertThrows(ClosedException.class, event::drain);
  }

  private static long drain(EventFd event, AtomicBoolean done) {
    long sum = 0;
    while (!done.get()) {
      sum += event.drain();
    }
    return sum;
  }
}
