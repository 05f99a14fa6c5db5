package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.LeavesNothingOpen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeavesNothingOpen.class)
class EpollTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void theReadyMembersAreToldByTheirTags() {
    long tag = 0x8000_0001_7fff_ffffL;
    try (Epoll epoll = new Epoll();
        EventFd first = EventFd.create();
        EventFd second = EventFd.create()) {
      epoll.add(number(first), Epoll.IN, 1);
      epoll.add(number(second), Epoll.IN, tag);
      assertEquals(0, epoll.await(0));
      second.signal();
      assertEquals(1, epoll.await(Epoll.FOREVER));
      assertEquals(tag, epoll.tag(0));
      assertThrows(IndexOutOfBoundsException.class, () -> epoll.tag(1));
      first.signal();
      assertEquals(2, epoll.await(Epoll.FOREVER));
      assertEquals(Set.of(1L, tag), Set.of(epoll.tag(0), epoll.tag(1)));
      first.drain();
      second.drain();
      assertEquals(0, epoll.await(0));
      assertThrows(IndexOutOfBoundsException.class, () -> epoll.tag(0));
    }
  }

  @Test
  void moreReadyMembersThanFitAreToldByTheNextWaits() {
    List<EventFd> events = new ArrayList<>();
    try (Epoll epoll = new Epoll()) {
      for (int i = 0; i < 100; i++) {
        events.add(EventFd.create());
        epoll.add(number(events.get(i)), Epoll.IN, i);
        events.get(i).signal();
      }
      Set<Long> seen = new HashSet<>();
      while (seen.size() < 100) {
        int ready = epoll.await(0);
        assertTrue(ready > 0 && ready <= 64, "ready: " + ready);
        for (int i = 0; i < ready; i++) {
          seen.add(epoll.tag(i));
          events.get((int) epoll.tag(i)).drain();
        }
      }
    } finally {
      events.forEach(EventFd::close);
    }
  }

  @Test
  void everySignalWakesAnEdgeTriggeredMemberAgainWithoutADrain() {
    try (Epoll epoll = new Epoll();
        EventFd event = EventFd.create()) {
      epoll.add(number(event), Epoll.IN | Epoll.EDGE, 5);
      for (int i = 0; i < 10; i++) {
        event.signal();
        assertEquals(1, epoll.await(Epoll.FOREVER));
        assertEquals(0, epoll.await(0));
      }
      assertEquals(10, event.drain());
      assertEquals(0, epoll.await(0));
    }
  }

  @Test
  void aMemberThatWasReadyBeforeItCameIsTold() {
    try (Epoll epoll = new Epoll();
        EventFd event = EventFd.create()) {
      event.signal();
      epoll.add(number(event), Epoll.IN | Epoll.EDGE, 5);
      assertEquals(1, epoll.await(0));
    }
  }

  @Test
  void aSetInsideASetIsReadyWhileItsMemberIs() {
    try (Epoll outer = new Epoll();
        Epoll inner = new Epoll();
        EventFd event = EventFd.create()) {
      inner.add(number(event), Epoll.IN, 2);
      outer.add(inner.descriptor().number(), Epoll.IN, 1);
      assertEquals(0, outer.await(0));
      event.signal();
      assertEquals(1, outer.await(Epoll.FOREVER));
      assertEquals(1, outer.tag(0));
      assertEquals(1, inner.await(0));
      assertEquals(2, inner.tag(0));
      event.drain();
      assertEquals(0, outer.await(0));
    }
  }

  @Test
  void aRemovedMemberIsToldNoMore() {
    try (Epoll epoll = new Epoll();
        EventFd event = EventFd.create()) {
      epoll.add(number(event), Epoll.IN, 1);
      event.signal();
      epoll.remove(number(event));
      assertEquals(0, epoll.await(0));
      epoll.remove(number(event));
    }
  }

  @Test
  void aMemberThatHasADuplicateMustBeRemovedBeforeItIsClosed() {
    EventFd event = EventFd.create();
    try (Epoll epoll = new Epoll();
        EventFd duplicate = EventFd.of(event.descriptor().duplicate())) {
      epoll.add(number(event), Epoll.IN, 1);
      event.close();
      duplicate.signal();
      assertEquals(1, epoll.await(0), "the kernel goes by the open file description");
    }
  }

  @Test
  void aMemberCannotBeAddedTwiceAndAFileNotAtAll() {
    try (Epoll epoll = new Epoll();
        EventFd event = EventFd.create();
        Descriptor memfd = Memfd.create("file", Mapping.PAGE_SIZE)) {
      epoll.add(number(event), Epoll.IN, 1);
      Refused.with(Errno.EEXIST, () -> epoll.add(number(event), Epoll.IN, 2));
      Refused.with(Errno.EPERM, () -> epoll.add(memfd.number(), Epoll.IN, 1));
    }
  }

  @Test
  void aClosedSetIsRefused() {
    Epoll epoll = new Epoll();
    epoll.close();
    assertThrows(ClosedException.class, () -> epoll.await(0));
    assertThrows(ClosedException.class, () -> epoll.add(0, Epoll.IN, 0));
    assertThrows(ClosedException.class, () -> epoll.remove(0));
  }

  @Test
  void aStoppedAndResumedProcessEndsItsWaitEarlyAndWithoutAnError() {
    try (ChildProcess child = ChildProcess.start(Sleeper.class)) {
      child.expectLine("waiting", SOON);
      // The line comes before the wait begins, so a stop may come too early to end it.
      Eventually.await("the wait ends", SOON, () -> stopAndResume(child));
      assertEquals("0", child.expectLine("ready ", SOON));
    }
  }

  private static boolean stopAndResume(ChildProcess child) {
    child.stop();
    child.resume();
    return child.printed().stream().anyMatch(line -> line.startsWith("ready"));
  }

  private static int number(EventFd event) {
    return event.descriptor().number();
  }

  /** Waits for ever, for nothing. */
  static final class Sleeper {
    public static void main(String[] arguments) throws IOException {
      try (Epoll epoll = new Epoll()) {
        System.out.println("waiting");
        System.out.println("ready " + epoll.await(Epoll.FOREVER));
        System.out.println("end " + System.in.read());
      }
    }
  }
}
