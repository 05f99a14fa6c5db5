package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.Times;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private static final Duration CENTURY = Duration.ofDays(365L * 100);

  @Test
  void whatIsNoTimeIsOverAtOnce() {
    for (Duration time : Times.AT_ONCE) {
      long deadline = Deadline.after(time);
      assertTrue(Deadline.hasPassed(deadline), time.toString());
      assertEquals(0, Deadline.nanosLeft(deadline), time.toString());
      assertEquals(0, Deadline.millisLeft(deadline), time.toString());
    }
    for (TimeUnit unit : TimeUnit.values()) {
      assertTrue(Deadline.hasPassed(Deadline.after(0, unit)));
      assertTrue(Deadline.hasPassed(Deadline.after(-1, unit)));
      assertTrue(Deadline.hasPassed(Deadline.after(Long.MIN_VALUE, unit)));
    }
  }

  @Test
  void whatIsLongerThanACenturyIsForEver() {
    for (Duration time : Times.FOR_EVER) {
      long deadline = Deadline.after(time);
      assertFalse(Deadline.hasPassed(deadline), time.toString());
      assertTrue(Deadline.nanosLeft(deadline) > 0, time.toString());
      boolean countable = time.compareTo(CENTURY) < 0;
      assertEquals(countable, deadline != Deadline.NEVER, time.toString());
      assertEquals(
          countable ? Integer.MAX_VALUE : Epoll.FOREVER,
          Deadline.millisLeft(deadline),
          time.toString());
    }
    for (TimeUnit unit : TimeUnit.values()) {
      assertEquals(Deadline.NEVER, Deadline.after(Long.MAX_VALUE, unit));
    }
  }

  @Test
  void theNanosecondsOfAnyTimeCanBeDoubledAndAdded() {
    Times.AT_ONCE.forEach(time -> assertEquals(0, Deadline.nanos(time), time.toString()));
    for (Duration time : Times.FOR_EVER) {
      long nanos = Deadline.nanos(time);
      assertTrue(nanos >= Duration.ofDays(30).toNanos(), time.toString());
      assertTrue(2 * nanos > nanos, time.toString());
    }
    assertEquals(1500, Deadline.nanos(Duration.ofNanos(1500)));
  }

  @Test
  void millisecondsAreRoundedUpAndNothingIsLeftOut() {
    long deadline = Deadline.after(Duration.ofMillis(1500));
    int millis = Deadline.millisLeft(deadline);
    assertTrue(millis > 0 && millis <= 1500, () -> millis + " ms");
    long soon = Deadline.after(30, TimeUnit.SECONDS);
    assertTrue(Deadline.millisLeft(soon) * 1_000_000L >= Deadline.nanosLeft(soon));
  }

  @Test
  void theEarlierOfTwoIsFound() {
    long now = Deadline.after(Duration.ZERO);
    long later = Deadline.after(Duration.ofDays(1));
    assertEquals(now, Deadline.earlier(now, later));
    assertEquals(now, Deadline.earlier(later, now));
    assertEquals(later, Deadline.earlier(later, Deadline.NEVER));
    assertEquals(later, Deadline.earlier(Deadline.NEVER, later));
    assertEquals(Deadline.NEVER, Deadline.earlier(Deadline.NEVER, Deadline.NEVER));
  }

  @Test
  void patienceEndsAndAnInterruptNeitherEndsItNorIsLost() {
    Thread.currentThread().interrupt();
    try {
      long start = System.nanoTime();
      Patience patience = Patience.of(Duration.ofMillis(20));
      int pauses = 0;
      while (patience.pause()) {
        pauses++;
      }
      assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(20));
      // Each pause is one: a loop that does not sleep because of the mark looks ten thousand times.
      assertTrue(pauses < 200, pauses + " pauses");
    } finally {
      assertTrue(Thread.interrupted());
    }
    for (Duration time : Times.AT_ONCE) {
      assertFalse(Patience.of(time).pause(), time.toString());
    }
    assertTrue(Patience.usual().pause());
  }
}
