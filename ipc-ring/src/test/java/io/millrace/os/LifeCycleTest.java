package io.millrace.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.ClosedException;
import io.millrace.ForeignThreadException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who gets in, and who releases. */
class LifeCycleTest {
  private final AtomicInteger releases = new AtomicInteger();
  private final LifeCycle life = new LifeCycle("it", releases::incrementAndGet);

  private void close() {
    if (life.close()) {
      life.exitAsGuest();
    }
  }

  private static void inAnotherThread(Runnable use) throws InterruptedException {
    Thread thread = new Thread(use);
    thread.start();
    thread.join();
  }

  @Test
  void whatNobodyUsesIsReleasedAtOnceAndOnce() {
    close();
    close();
    assertEquals(1, releases.get());
    assertThrows(ClosedException.class, life::enter);
    assertThrows(ClosedException.class, life::enterAsGuest);
    assertThrows(ClosedException.class, life::requireOpen);
    assertEquals(1, releases.get());
  }

  @Test
  void theOwnerThatIsInsideTwiceReleasesWhenItIsOut() {
    life.enter();
    life.enter();
    close();
    assertThrows(ClosedException.class, life::enter);
    life.exit();
    assertEquals(0, releases.get());
    life.exit();
    assertEquals(1, releases.get());
  }

  @Test
  void aGuestThatIsInsideReleasesWhenItIsOut() {
    life.enterAsGuest();
    close();
    assertEquals(0, releases.get());
    life.exitAsGuest();
    assertEquals(1, releases.get());
  }

  @Test
  void anOwnerThatIsInsideByItsMarkReleasesWhenItIsOut() {
    boolean[] mark = {true};
    LifeCycle marked = new LifeCycle("it", releases::incrementAndGet, () -> mark[0]);
    marked.requireOwner();
    marked.requireOpenBehindMark();
    assertTrue(marked.close());
    marked.exitAsGuest();
    assertEquals(0, releases.get());
    assertThrows(ClosedException.class, marked::requireOpenBehindMark);
    assertThrows(ClosedException.class, marked::enter);
    assertEquals(0, releases.get());
    mark[0] = false;
    marked.exitBehindMark();
    assertEquals(1, releases.get());
  }

  @Test
  void anotherThreadIsRefusedWhileTheOwnerLives() throws InterruptedException {
    life.enter();
    life.exit();
    inAnotherThread(() -> assertThrows(ForeignThreadException.class, life::enter));
    life.enter();
    assertTrue(life.isOwner());
    life.exit();
  }

  @Test
  void theCallsOfADeadOwnerEndWithIt() throws InterruptedException {
    inAnotherThread(life::enter); // Never exits: its stack was exhausted.
    life.enter();
    close();
    assertEquals(0, releases.get());
    life.exit();
    assertEquals(1, releases.get());
  }

  @Test
  void theMarkOfADeadOwnerKeepsNobodyFromReleasing() throws InterruptedException {
    LifeCycle marked = new LifeCycle("it", releases::incrementAndGet, () -> true);
    inAnotherThread(marked::requireOwner);
    assertTrue(marked.close());
    marked.exitAsGuest();
    assertEquals(1, releases.get());
  }

  @Test
  void inTurnsAThreadGoesInWhenTheLastOneIsOutAndNotBefore() throws InterruptedException {
    LifeCycle turns = LifeCycle.inTurns("it", releases::incrementAndGet);
    turns.enter();
    turns.enter();
    assertTrue(turns.isNested());
    turns.exit();
    inAnotherThread(() -> assertThrows(ForeignThreadException.class, turns::enter));
    assertTrue(turns.isInCall());
    turns.enter(); // Nothing was taken from it.
    turns.exit();
    turns.exit();
    inAnotherThread(
        () -> {
          turns.enter();
          assertFalse(turns.isNested());
          turns.exit();
        });
    turns.enter();
    assertFalse(turns.isNested());
    assertTrue(turns.close());
    turns.exitAsGuest();
    assertEquals(0, releases.get());
    inAnotherThread(() -> assertThrows(ClosedException.class, turns::enter));
    turns.exit();
    assertEquals(1, releases.get());
  }

  @Test
  void inTurnsAThreadThatHasEndedInsideIsInNobodysWay() throws InterruptedException {
    LifeCycle turns = LifeCycle.inTurns("it", releases::incrementAndGet);
    inAnotherThread(turns::enter);
    turns.enter();
    turns.exit();
    assertTrue(turns.close());
    turns.exitAsGuest();
    assertEquals(1, releases.get());
  }

  @Test
  void whatIsHeldFromOutsideIsReleasedWhenTheHoldIsOver() {
    AtomicBoolean held = new AtomicBoolean(true);
    LifeCycle turns = LifeCycle.inTurns("it", held::get, releases::incrementAndGet);
    turns.releaseIfUnused();
    assertTrue(turns.close());
    turns.exitAsGuest();
    turns.releaseIfUnused();
    assertEquals(0, releases.get());
    held.set(false);
    assertThrows(ClosedException.class, turns::enter); // Looks once more.
    turns.releaseIfUnused();
    assertEquals(1, releases.get());
  }

  @Test
  void whatGoesWrongInTheReleaseComesOut() {
    LifeCycle failing =
        new LifeCycle(
            "it",
            () -> {
              throw new IllegalArgumentException("no");
            });
    assertTrue(failing.close());
    assertThrows(IllegalArgumentException.class, failing::exitAsGuest);
    assertFalse(failing.close());
  }
}
