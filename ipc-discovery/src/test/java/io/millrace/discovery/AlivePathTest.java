package io.millrace.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.discovery.AliveTest.Holder;
import io.millrace.discovery.model.DiscoveryException;
import io.millrace.discovery.model.LastRun;
import io.millrace.os.Credentials;
import io.millrace.testkit.ChildProcess;
import io.millrace.testkit.Eventually;
import io.millrace.testkit.OpenDescriptors;
import io.millrace.testkit.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A path of {@link Alive} means one file, however it is spelled, and no file but its own is
 * touched.
 */
@Timeout(120)
class AlivePathTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Longer than any test waits: what ends such a wait is never its time. */
  private static final Duration FOR_LONG = Duration.ofDays(1);

  @TempDir Path temporary;
  private Path real;
  private Path link;

  @BeforeEach
  void makeDirectories() throws Exception {
    real = Files.createDirectory(temporary.resolve("real"));
    link = Files.createSymbolicLink(temporary.resolve("link"), real);
  }

  /** A thread that waits in the library, and how often it was scheduled for it. */
  private static final class Waiter {
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    private final AtomicReference<Path> thread = new AtomicReference<>();

    Waiter(BooleanSupplier waiting) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  thread.set(Path.of("/proc/thread-self").toRealPath());
                  result.complete(waiting.getAsBoolean());
                } catch (Throwable failure) {
                  result.completeExceptionally(failure);
                }
              });
      Eventually.await("asleep", DEADLINE, () -> thread.get() != null && isAsleep());
    }

    /** Told by the number of its system call: epoll_wait and epoll_pwait. */
    private boolean isAsleep() {
      String call = read("syscall").split(" ")[0];
      return Set.of("232", "281", "22").contains(call);
    }

    private String read(String name) {
      try {
        return Files.readString(thread.get().resolve(name));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    long switches() {
      return read("status")
          .lines()
          .filter(line -> line.startsWith("voluntary_ctxt_switches"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }

    boolean get() throws Exception {
      return result.get(DEADLINE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  @Test
  void allSpellingsOfAPathTellTheSame() throws Exception {
    Path spelled = Path.of("").toAbsolutePath().relativize(link.resolve("app"));
    List<Path> spellings =
        List.of(
            real.resolve("app"),
            link.resolve("app"),
            link.resolve("../real/./app"),
            real.resolve("../link/app"),
            Path.of(real + "/app/"),
            spelled);
    for (Path holding : spellings) {
      try (ChildProcess holder = ChildProcess.start(Holder.class, holding.toString())) {
        holder.expectLine("held", DEADLINE);
        for (Path path : spellings) {
          assertTrue(Alive.isAlive(path), path + ", held as " + holding);
          assertEquals(Optional.empty(), Alive.lastRunOf(path));
          assertThrows(Alive.HeldException.class, () -> Alive.hold(path));
          assertTrue(Alive.awaitAlive(path, Duration.ZERO));
        }
        Waiter waiter = new Waiter(() -> Alive.awaitEnd(link.resolve("app"), FOR_LONG));
        holder.kill();
        assertTrue(waiter.get());
        spellings.forEach(
            path -> assertEquals(Optional.of(LastRun.CRASHED), Alive.lastRunOf(path)));
      }
    }
  }

  @Test
  void aDeathIsToldAtOnceUnderAnotherNameOfTheFile() throws Exception {
    Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
    Path other = elsewhere.resolve("other");
    try (ChildProcess holder = ChildProcess.start(Holder.class, real.resolve("app").toString())) {
      holder.expectLine("held", DEADLINE);
      Files.createLink(other, real.resolve("app"));
      assertTrue(Alive.isAlive(other));
      Waiter waiter = new Waiter(() -> Alive.awaitEnd(other, FOR_LONG));
      holder.kill();
      assertTrue(waiter.get());
    }
  }

  /** As a container sees a file of its host. */
  @Test
  void aDeathIsToldAtOnceThroughABindMount() throws Exception {
    Tools.assumeWorks("unshare", "-rm", "true");
    Path mounted = Files.createFile(temporary.resolve("mounted"));
    Path file = real.resolve("app");
    try (ChildProcess holder = ChildProcess.start(Holder.class, file.toString())) {
      holder.expectLine("held", DEADLINE);
      List<String> wrapper =
          List.of(
              "unshare",
              "-rm",
              "sh",
              "-c",
              "mount --bind " + file + " " + mounted + " && exec \"$@\"",
              "sh");
      try (ChildProcess watching =
          ChildProcess.startUnder(wrapper, List.of(), Mourner.class, mounted.toString())) {
        watching.expectLine("alive true", DEADLINE);
        watching.expectLine("asleep", DEADLINE);
        holder.kill();
        watching.expectLine("ended true", DEADLINE);
      }
    }
  }

  /** Tells whether a file is held, and then when it is no more. */
  static final class Mourner {
    public static void main(String[] arguments) throws Exception {
      Path path = Path.of(arguments[0]);
      System.out.println("alive " + Alive.isAlive(path));
      Waiter waiter = new Waiter(() -> Alive.awaitEnd(path, FOR_LONG));
      System.out.println("asleep");
      System.out.println("ended " + waiter.get());
    }
  }

  @Test
  void aFileThatIsMovedAwayIsNotTheFileOfThePathAnyMore() throws Exception {
    for (Path target : List.of(real.resolve("moved"), temporary.resolve("out"))) {
      try (Alive held = Alive.hold(real.resolve("app"))) {
        Waiter waiter = new Waiter(() -> Alive.awaitEnd(real.resolve("app"), FOR_LONG));
        Files.move(real.resolve("app"), target);
        assertTrue(waiter.get());
        assertFalse(Alive.isAlive(real.resolve("app")));
        assertTrue(Alive.isAlive(target));
        Waiter back = new Waiter(() -> Alive.awaitAlive(real.resolve("app"), FOR_LONG));
        Files.move(target, real.resolve("app"));
        assertTrue(back.get());
        assertEquals(LastRun.NONE, held.lastRun());
      }
      Files.delete(real.resolve("app"));
    }
  }

  @Test
  void whoWaitsFollowsThePathIntoADirectoryThatWasMadeAnew() throws Exception {
    Path file = link.resolve("app");
    Waiter coming = new Waiter(() -> Alive.awaitAlive(file, FOR_LONG));
    Files.delete(real);
    Files.createDirectory(real);
    try (Alive held = Alive.hold(file)) {
      assertTrue(coming.get());
      Waiter ending = new Waiter(() -> Alive.awaitEnd(file, FOR_LONG));
      Files.move(real, temporary.resolve("old"));
      assertTrue(ending.get(), "the path leads to no file any more");
      assertEquals(LastRun.NONE, held.lastRun());
    }
  }

  @Test
  void whoWaitsToHoldFollowsThePathAndHoldsWhatItLeadsTo() throws Exception {
    Path file = link.resolve("app");
    try (ChildProcess holder = ChildProcess.start(Holder.class, file.toString())) {
      holder.expectLine("held", DEADLINE);
      AtomicReference<Alive> mine = new AtomicReference<>();
      Waiter waiter =
          new Waiter(
              () -> {
                mine.set(Alive.hold(file, FOR_LONG, last -> {}));
                return true;
              });
      Files.move(real, temporary.resolve("old"));
      Files.createDirectory(real);
      assertTrue(waiter.get());
      assertTrue(Alive.isAlive(real.resolve("app")));
      assertTrue(Alive.isAlive(temporary.resolve("old/app")), "the first one lives");
      mine.get().close();
      assertFalse(Alive.isAlive(file));
    }
  }

  @Test
  @SuppressWarnings("try") // Closed before the end of its block: that is what is looked at.
  void aBusyDirectoryWakesNobodyWhoWaits() throws Exception {
    try (Alive held = Alive.hold(real.resolve("app"))) {
      Waiter waiter = new Waiter(() -> Alive.awaitEnd(real.resolve("app"), FOR_LONG));
      long before = waiter.switches();
      Path log = real.resolve("log");
      for (int i = 0; i < 300; i++) {
        Files.writeString(log, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Eventually.await("asleep", DEADLINE, waiter::isAsleep);
      }
      long switches = waiter.switches() - before;
      assertTrue(switches < 100, switches + " times for nothing");
      held.close();
      assertTrue(waiter.get());
    }
  }

  private static void assertSaid(String words, Executable call) {
    RuntimeException failure = assertThrows(RuntimeException.class, call);
    assertTrue(
        failure instanceof DiscoveryException || failure instanceof IllegalArgumentException,
        failure.toString());
    assertTrue(failure.getMessage().contains(words), failure.getMessage());
  }

  private static void assertAllSay(String words, Path path) {
    assertSaid(words, () -> Alive.hold(path));
    assertSaid(words, () -> Alive.isAlive(path));
    assertSaid(words, () -> Alive.lastRunOf(path));
    assertSaid(words, () -> Alive.awaitAlive(path, Duration.ofMillis(1)));
    assertSaid(words, () -> Alive.awaitEnd(path, Duration.ofMillis(1)));
  }

  @Test
  void whatCannotBeAFileOfAliveIsSaidInASentence() throws Exception {
    assertAllSay("names a directory and no file", Path.of("/"));
    assertAllSay("names a directory and no file", Path.of(""));
    assertAllSay("names a directory and no file", real.resolve(".."));
    assertAllSay("is longer than the file system allows", real.resolve("n".repeat(256)));
    assertAllSay("is not a file of Alive", real);
    Path alias = Files.createSymbolicLink(real.resolve("alias"), real.resolve("nothing"));
    assertAllSay("give the path of the file itself", alias);
    Files.createSymbolicLink(temporary.resolve("a"), temporary.resolve("b"));
    Files.createSymbolicLink(temporary.resolve("b"), temporary.resolve("a"));
    assertAllSay("links that lead in a circle", temporary.resolve("a/file"));
    assertSaid("create " + temporary.resolve("no"), () -> Alive.hold(temporary.resolve("no/app")));
    assertFalse(Files.exists(real.resolve("nothing")));
    Path lost = Files.createSymbolicLink(temporary.resolve("lost"), temporary.resolve("nothing"));
    assertSaid("is a link that leads nowhere", () -> Alive.hold(lost.resolve("app")));
    try (Alive longest = Alive.hold(real.resolve("n".repeat(255)))) {
      assertEquals(LastRun.NONE, longest.lastRun());
    }
  }

  @Test
  void noFileOfSomebodyElseIsWrittenToOrTakenForAlive() throws Exception {
    Path json = Files.writeString(real.resolve("settings"), "{\"precious\": true}\n");
    Path line = Files.writeString(real.resolve("line"), "R 12\nand more\n");
    for (Path file : List.of(json, line)) {
      String before = Files.readString(file);
      OpenDescriptors.assertNoneLeftBy(() -> assertAllSay("is not a file of Alive", file));
      assertEquals(before, Files.readString(file));
    }
    Path fifo = real.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    assertAllSay("is not a file of Alive", fifo);
    assertAllSay("is not a file of Alive", Path.of("/dev/null"));
    // A holder that was killed between making its file and writing to it leaves this.
    Path empty = Files.createFile(real.resolve("empty"));
    assertEquals(Optional.of(LastRun.NONE), Alive.lastRunOf(empty));
    try (Alive held = Alive.hold(empty)) {
      assertEquals(LastRun.NONE, held.lastRun());
    }
    assertEquals("C 1\n", Files.readString(empty));
  }

  @Test
  void anEmptyFileOfAnotherUserIsLeftAlone() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can give files away");
    Path empty = Files.createFile(real.resolve("empty"));
    Files.setAttribute(empty, "unix:uid", 12345);
    assertSaid("empty file of uid 12345", () -> Alive.hold(empty));
    assertEquals(0, Files.size(empty));
  }

  /** What systemd-tmpfiles asks before it removes a file for its age. */
  @Test
  void whileItIsHeldItIsMarkedForThoseWhoCleanUp() throws Exception {
    Tools.assumeWorks("flock", "--version");
    Path file = real.resolve("app");
    try (Alive held = Alive.hold(file)) {
      assertEquals(1, flock(file));
      assertEquals(LastRun.NONE, held.lastRun());
    }
    assertEquals(0, flock(file));
  }

  private static int flock(Path file) throws Exception {
    return new ProcessBuilder("flock", "-n", "-x", file.toString(), "true").start().waitFor();
  }

  /** Another user, who may neither look nor hold, is told so. */
  @Test
  void whoMayNotLookIsToldSoAndNotThatNobodyIsThere() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can become another user");
    Path closed = Files.createDirectory(temporary.resolve("closed"));
    try (Alive held = Alive.hold(closed.resolve("app"))) {
      Files.setPosixFilePermissions(closed, Set.of());
      try (ChildProcess stranger =
          ChildProcess.start(
              Stranger.class,
              closed.resolve("app").toString(),
              temporary.resolve("first").toString())) {
        String said = stranger.expectLine("said", DEADLINE);
        assertTrue(said.contains("is closed to uid 12345"), said);
      }
      assertEquals(LastRun.NONE, held.lastRun());
    }
  }

  /** Becomes another user and looks. */
  static final class Stranger {
    public static void main(String[] arguments) {
      Alive.hold(Path.of(arguments[1])).close(); // Opens jars that the other user may not read.
      User.become(12345, 12345);
      try {
        System.out.println("said " + Alive.isAlive(Path.of(arguments[0])));
      } catch (DiscoveryException refusal) {
        System.out.println("said " + refusal.getMessage());
      }
    }
  }

  /** A umask that takes everything from everybody. */
  @Test
  void theUmaskTakesNothingFromTheOwner() throws Exception {
    Assumptions.assumeTrue(Credentials.uid() == 0, "only the superuser can become another user");
    Path own = Files.createDirectory(temporary.resolve("own"));
    Files.setAttribute(own, "unix:uid", 12345);
    Files.setPosixFilePermissions(
        temporary, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> wrapper = List.of("sh", "-c", "umask 0777 && exec \"$@\"", "sh");
    try (ChildProcess maker =
        ChildProcess.startUnder(
            wrapper,
            List.of(),
            TwiceHolder.class,
            own.resolve("app").toString(),
            temporary.resolve("first").toString())) {
      maker.expectLine("held NONE CLEAN", DEADLINE);
    }
  }

  /** Holds a file twice, one after the other, as another user. */
  static final class TwiceHolder {
    public static void main(String[] arguments) {
      Alive.hold(Path.of(arguments[1])).close(); // Opens jars that the other user may not read.
      User.become(12345, 12345);
      Path path = Path.of(arguments[0]);
      Alive first = Alive.hold(path);
      first.close();
      Alive second = Alive.hold(path);
      System.out.println("held " + first.lastRun() + " " + second.lastRun());
      second.close();
    }
  }
}
