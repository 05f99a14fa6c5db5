package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.model.LastRun;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.OpenDescriptors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AliveTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path directory;

  /** Holds a file until it is killed or told to close; starts a child of its own if told to. */
  static final class Holder {
    public static void main(String[] arguments) throws Exception {
      Alive alive = Alive.hold(Path.of(arguments[0]));
      System.out.println("held " + alive.lastRun());
      Process child = null;
      for (int command = System.in.read(); command >= 0; command = System.in.read()) {
        if (command == 'f') {
          child = new ProcessBuilder("sleep", "60").start();
          System.out.println("forked " + child.pid());
        } else if (command == 'c') {
          alive.close();
          System.out.println("closed");
        }
      }
    }
  }

  private Path path() {
    return directory.resolve("service.alive");
  }

  @Test
  void aHolderIsAliveExactlyUntilItCloses() {
    OpenDescriptors.assertNoneLeftBy(
        () -> {
          assertFalse(Alive.isAlive(path()));
          try (Alive alive = Alive.hold(path())) {
            assertEquals(LastRun.NONE, alive.lastRun());
            assertTrue(Alive.isAlive(path()));
          }
          assertFalse(Alive.isAlive(path()));
        });
  }

  @Test
  void anybodyCanTellHowTheLastRunEnded() {
    assertEquals(Optional.of(LastRun.NONE), Alive.lastRunOf(path()));
    assertEquals(Optional.of(LastRun.NONE), Alive.lastRunOf(directory.resolve("missing/file")));
    Alive alive = Alive.hold(path());
    assertEquals(Optional.empty(), Alive.lastRunOf(path()));
    alive.close();
    assertEquals(Optional.of(LastRun.CLEAN), Alive.lastRunOf(path()));
    try (ChildProcess holder = ChildProcess.start(Holder.class, path().toString())) {
      holder.expectLine("held CLEAN", DEADLINE);
      assertEquals(Optional.empty(), Alive.lastRunOf(path()));
      holder.kill();
    }
    assertEquals(Optional.of(LastRun.CRASHED), Alive.lastRunOf(path()));
  }

  @Test
  void probingAndWaitingMakeNothing() {
    assertFalse(Alive.isAlive(path()));
    assertFalse(Alive.isAlive(directory.resolve("no/such")));
    assertFalse(Alive.awaitAlive(path(), Duration.ofMillis(10)));
    assertEquals(List.of(), Alien.names(directory));
  }

  @Test
  void aCleanEndIsToldFromACrash() {
    try (ChildProcess first = ChildProcess.start(Holder.class, path().toString())) {
      assertEquals("NONE", first.expectLine("held", DEADLINE));
      first.kill();
    }
    assertFalse(Alive.isAlive(path()));
    List<LastRun> told = new CopyOnWriteArrayList<>();
    Alive.hold(path(), Duration.ZERO, told::add).close();
    Alive.hold(path(), Duration.ZERO, told::add).close();
    assertEquals(List.of(LastRun.CRASHED, LastRun.CLEAN), told);
  }

  @Test
  void aSecondHolderIsRefusedOrWaitsForTheDeathOfTheFirst() throws Exception {
    try (ChildProcess first = ChildProcess.start(Holder.class, path().toString())) {
      first.expectLine("held", DEADLINE);
      List<LastRun> told = new CopyOnWriteArrayList<>();
      assertThrows(
          Alive.HeldException.class, () -> Alive.hold(path(), Duration.ofMillis(20), told::add));
      assertEquals(List.of(), told);
      CompletableFuture<Alive> second =
          CompletableFuture.supplyAsync(() -> Alive.hold(path(), DEADLINE, told::add));
      first.stop();
      assertTrue(Alive.isAlive(path()), "a stopped holder is alive");
      assertFalse(second.isDone());
      assertEquals(List.of(), told);
      first.kill();
      try (Alive mine = second.get()) {
        assertEquals(LastRun.CRASHED, mine.lastRun());
        assertEquals(List.of(LastRun.CRASHED), told);
      }
    }
  }

  @Test
  void aProcessThatTheHolderStartedDoesNotKeepItAlive() throws Exception {
    try (ChildProcess holder = ChildProcess.start(Holder.class, path().toString())) {
      holder.expectLine("held", DEADLINE);
      holder.send("f");
      long orphan = Long.parseLong(holder.expectLine("forked", DEADLINE));
      holder.kill();
      assertTrue(Alive.awaitEnd(path(), DEADLINE));
      ProcessHandle.of(orphan).orElseThrow().destroyForcibly();
    }
  }

  @Test
  void waitingEndsWithTheHoldersComingAlsoWhenTheFileIsThere() throws Exception {
    Alive.hold(path()).close();
    CompletableFuture<Boolean> alive =
        CompletableFuture.supplyAsync(() -> Alive.awaitAlive(path(), DEADLINE));
    try (ChildProcess holder = ChildProcess.start(Holder.class, path().toString())) {
      assertEquals("CLEAN", holder.expectLine("held", DEADLINE));
      assertTrue(alive.get());
      CompletableFuture<Boolean> ended =
          CompletableFuture.supplyAsync(() -> Alive.awaitEnd(path(), DEADLINE));
      holder.send("c");
      assertTrue(ended.get());
    }
  }
}
