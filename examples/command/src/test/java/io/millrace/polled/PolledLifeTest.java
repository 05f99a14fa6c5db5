package io.millrace.polled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What is polled by one thread, and woken and closed by others. */
class PolledLifeTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int ROUNDS = 300_000;

  private final AtomicInteger releases = new AtomicInteger();
  private Thread polling;
  private final PolledLife life =
      new PolledLife("thing", () -> LockSupport.unpark(polling), releases::incrementAndGet);

  private int pollForEver() {
    return life.poll(1, Long.MAX_VALUE, limit -> 0, (nanos, times) -> LockSupport.parkNanos(nanos));
  }

  @Test
  void noWakeUpIsLost() throws InterruptedException {
    AtomicInteger ended = new AtomicInteger();
    polling =
        new Thread(
            () -> {
              for (int i = 0; i < ROUNDS; i++) {
                assertEquals(0, pollForEver());
                ended.incrementAndGet();
              }
            });
    polling.start();
    for (int i = 0; i < ROUNDS; i++) {
      life.wakeup();
      long start = System.nanoTime();
      while (ended.get() == i) {
        Thread.onSpinWait();
        assertTrue(System.nanoTime() - start < DEADLINE.toNanos(), "a wake-up was lost");
      }
    }
    assertTrue(polling.join(DEADLINE));
    life.close();
    assertEquals(1, releases.get());
  }

  @Test
  void itSleepsUntilThereIsSomething() {
    polling = Thread.currentThread();
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger sleeps = new AtomicInteger();
    int count =
        life.poll(
            5,
            Long.MAX_VALUE,
            limit -> looks.incrementAndGet() == 3 ? limit : 0,
            (nanos, times) -> assertEquals(sleeps.getAndIncrement(), times));
    assertEquals(5, count);
    assertEquals(2, sleeps.get());
    assertEquals(0, life.poll(0, Long.MAX_VALUE, limit -> limit, (nanos, times) -> {}));
    assertEquals(7, life.poll(7, 0, limit -> limit, (nanos, times) -> {}));
  }

  @Test
  void anInterruptAndACloseEndTheWait() {
    polling = Thread.currentThread();
    polling.interrupt();
    assertEquals(0, pollForEver());
    assertTrue(Thread.interrupted());
    assertFalse(life.isDue());
    assertEquals(
        0,
        life.poll(
            1,
            Long.MAX_VALUE,
            limit -> {
              life.close();
              assertEquals(0, releases.get(), "not under the call that is under way");
              return 0;
            },
            (nanos, times) -> {}));
    assertEquals(1, releases.get());
    assertThrows(ClosedException.class, this::pollForEver);
    life.close();
    assertEquals(1, releases.get());
  }

  @Test
  void whatItCallsCannotUseIt() {
    polling = Thread.currentThread();
    IllegalStateException refusal =
        assertThrows(
            IllegalStateException.class,
            () -> life.poll(1, 0, limit -> pollForEver(), (nanos, times) -> {}));
    assertEquals("the listener of a thing cannot use it", refusal.getMessage());
    assertEquals(1, life.poll(1, 0, limit -> limit, (nanos, times) -> {}));
  }
}
